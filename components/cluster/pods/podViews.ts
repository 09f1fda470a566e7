import { commonLabels, hasLabels, labelSelector } from "../../contract";
import { errorText } from "../../text";
import { backoffMs, delay } from "../../time";
import { ApiError, type ClusterClient } from "../api";
import type { Pod } from "./pod";
import { trimmed } from "./trimmed";

/** How long the API server lets one watch live; a new one follows. */
const watchSeconds = 240;
/** Time between the starts of two watches, lest a proxy that ends each at once is asked without pause. */
const watchIntervalMs = 1_000;
/** Longest time between two lists as long as they are answered, as where the right to watch is missing. */
const listIntervalMs = 2_000;
/** The API server sends a bookmark about each minute: silence for longer means a dead connection. */
const silenceMs = 90_000;

interface Subscriber {
  selector: Record<string, string>;
  changed: () => void;
}

/** The view of one forward on a watch that it shares with others. */
export interface PodView {
  /** Pods with the labels, as last heard. */
  pods(): Pod[];
  /** Whether the API server answered and the watch stands, so that a missing Pod really is missing. */
  isLive(): boolean;
  /** Why it is not live. */
  error(): string | undefined;
  /** Asks the API server now. */
  list(): Promise<Pod[]>;
  close(): void;
}

/** Follows the Pods of one namespace for all forwards into it. */
export class PodViews {
  readonly #subscribers = new Set<Subscriber>();
  readonly #pods = new Map<string, Pod>();
  readonly #path: string;
  #live = false;
  #error: string | undefined;
  /** What was logged last. */
  #told: string | undefined;
  /** Labels of the running watch. */
  #labels: Record<string, string> | undefined;
  #restart = new AbortController();
  #closed = false;

  constructor(
    private readonly connect: () => Promise<ClusterClient>,
    namespace: string,
    private readonly log: (line: string) => void,
  ) {
    this.#path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  }

  get isUnused(): boolean {
    return this.#subscribers.size === 0;
  }

  subscribe(selector: Record<string, string>, changed: () => void): PodView {
    const subscriber = { selector, changed };
    const isFirst = this.isUnused;
    this.#subscribers.add(subscriber);
    if (isFirst) void this.#run();
    else if (!this.#covers(selector)) this.restart();
    return {
      pods: () => [...this.#pods.values()].filter((pod) => hasLabels(pod.metadata.labels, selector)),
      isLive: () => this.#live && this.#covers(selector),
      error: () => this.#error,
      list: async () => (await this.#list(labelSelector(selector))).pods,
      close: () => {
        this.#subscribers.delete(subscriber);
        if (this.isUnused) this.close();
      },
    };
  }

  /** Lists anew, as after a sleep of the machine, when connections are dead and nobody says so. */
  restart(): void {
    this.#live = false;
    this.#restart.abort();
  }

  close(): void {
    this.#closed = true;
    this.#restart.abort();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#closed) {
      this.#restart = new AbortController();
      const { signal } = this.#restart;
      let isListed = false;
      try {
        this.#labels = commonLabels([...this.#subscribers].map((subscriber) => subscriber.selector));
        const selector = labelSelector(this.#labels);
        const { pods, version } = await this.#list(selector, signal);
        isListed = true;
        this.#listed(pods);
        await this.#follow(selector, version, signal, () => (failures = 0));
      } catch (error) {
        if (signal.aborted) continue;
        failures++;
        // A list that is made anew each time does as well.
        if (!isListed || !isRefusal(error)) this.#lost(error);
        else this.#tell(error);
        await delay(Math.min(backoffMs(failures), isListed ? listIntervalMs : Infinity), signal);
      }
    }
  }

  #listed(pods: readonly Pod[]): void {
    this.#pods.clear();
    for (const pod of pods) this.#pods.set(pod.metadata.uid, pod);
    if (this.#error !== undefined) {
      this.log(`pods of ${this.#path}: reached again`);
      this.#told = undefined;
    }
    this.#live = true;
    this.#error = undefined;
    this.#notify();
  }

  #lost(error: unknown): void {
    this.#tell(error);
    this.#live = false;
    this.#error = errorText(error);
    this.#notify();
  }

  /** Each trouble is a line once, however often it comes in a row. */
  #tell(error: unknown): void {
    const message = errorText(error);
    if (this.#told !== message) this.log(`pods of ${this.#path}: ${message}`);
    this.#told = message;
  }

  async #list(selector: string, signal?: AbortSignal): Promise<{ pods: Pod[]; version: string }> {
    const client = await this.connect();
    const answer = await client.json<{ metadata: { resourceVersion: string }; items: Pod[] }>(this.#path, {
      query: { labelSelector: selector },
      signal,
    });
    return { pods: answer.items.map(trimmed), version: answer.metadata.resourceVersion };
  }

  /** Reads one watch after the other, until one fails or the versions it asks for are too old. */
  async #follow(selector: string, from: string, signal: AbortSignal, worked: () => void): Promise<void> {
    const client = await this.connect();
    let version = from;
    while (!signal.aborted) {
      const pause = delay(watchIntervalMs, signal);
      const stream = await client.stream(this.#path, {
        query: {
          watch: true,
          allowWatchBookmarks: true,
          resourceVersion: version,
          timeoutSeconds: watchSeconds,
          labelSelector: selector,
        },
        signal,
      });
      stream.setTimeout(silenceMs, () => stream.destroy(new Error("the watch fell silent")));
      let rest = "";
      stream.setEncoding("utf8");
      for await (const chunk of stream) {
        const lines = (rest + (chunk as string)).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) version = this.#apply(JSON.parse(line) as WatchEvent) ?? version;
        worked();
      }
      worked();
      await pause;
    }
  }

  #apply({ type, object }: WatchEvent): string | undefined {
    if (type === "ERROR") throw new ApiError(object.code ?? 0, object.message ?? "the watch failed", object.reason);
    if (type !== "BOOKMARK") {
      if (type === "DELETED") this.#pods.delete(object.metadata.uid);
      else this.#pods.set(object.metadata.uid, trimmed(object));
      this.#notify();
    }
    return object.metadata.resourceVersion;
  }

  /** Whether the running watch tells of all Pods with these labels. */
  #covers(selector: Record<string, string>): boolean {
    return (
      this.#labels !== undefined && Object.entries(this.#labels).every(([name, value]) => selector[name] === value)
    );
  }

  #notify(): void {
    for (const subscriber of this.#subscribers) subscriber.changed();
  }
}

/** Whether the API server won't watch, or not from that version on, though it lists. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 403 || error.status === 410);
}

interface WatchEvent {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  object: Pod & { code?: number; message?: string; reason?: string };
}
