import type { IncomingMessage } from "node:http";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient } from "./client";
import { ApiError } from "./errors";
import type { Pod } from "./pod";

/** `undefined` says that the Pod is gone. */
export type PodListener = (pod: Pod | undefined) => void;

interface WatchEvent {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  object: Pod & { code?: number; message?: string };
}

/** The server ends a watch after this time, and a new one goes on where it stopped: a dead connection is noticed. */
const watchSeconds = 60;
const silenceMs = (watchSeconds + 10) * 1000;
const backoffMs = { first: 50, most: 5_000 } as const;

/**
 * One list and watch of the Pods of a namespace that match a selector, shared by all who wait for one of them. It goes on
 * after cuts and restarts of the API server until the last listener has left.
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export class PodWatch {
  readonly #pods = new Map<string, Pod>();
  readonly #listeners = new Map<string, Set<PodListener>>();
  #stop: AbortController | undefined;
  #listed = false;

  constructor(
    private readonly client: ClusterClient,
    private readonly namespace: string,
    private readonly labelSelector: string,
    /** Told of a connection that was lost and of its return. */
    private readonly report: (line: string) => void = () => undefined,
  ) {}

  /** Calls `listener` with the Pod as it is now and at each change; the result ends it. */
  subscribe(podName: string, listener: PodListener): () => void {
    const listeners = this.#listeners.get(podName) ?? new Set();
    this.#listeners.set(podName, listeners.add(listener));
    if (this.#stop === undefined) {
      this.#stop = new AbortController();
      void this.#run(this.#stop.signal);
    } else if (this.#listed) {
      listener(this.#pods.get(podName));
    }
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(podName);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#listed = false;
    this.#pods.clear();
  }

  async #run(signal: AbortSignal): Promise<void> {
    let version: string | undefined;
    let pauseMs: number = backoffMs.first;
    let lost = false;
    while (!signal.aborted) {
      try {
        version ??= await this.#list(signal);
        if (lost) this.report("The API server answers again.");
        lost = false;
        pauseMs = backoffMs.first;
        version = await this.#watch(version, signal);
      } catch (error) {
        if (this.#stop?.signal !== signal) return;
        if (error instanceof ApiError && error.status === 410) {
          version = undefined;
          continue;
        }
        if (!lost)
          this.report(`The watch of Pods in namespace ${this.namespace} broke, trying again: ${String(error)}`);
        lost = true;
        // A new list also shows what happened while nothing was heard.
        version = undefined;
        await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, backoffMs.most);
      }
    }
  }

  get #path(): string {
    return `/api/v1/namespaces/${this.namespace}/pods`;
  }

  async #list(signal: AbortSignal): Promise<string> {
    const list = await this.client.json<{ metadata: { resourceVersion: string }; items: Pod[] }>(this.#path, {
      query: { labelSelector: this.labelSelector },
      signal,
    });
    this.#pods.clear();
    for (const pod of list.items) this.#pods.set(pod.metadata.name, pod);
    this.#listed = true;
    for (const name of this.#listeners.keys()) this.#tell(name);
    return list.metadata.resourceVersion;
  }

  /** Follows the changes since `version`; resolves with the version to go on from when the server ends the watch. */
  async #watch(version: string, signal: AbortSignal): Promise<string> {
    const response = await this.client.stream(this.#path, {
      query: {
        labelSelector: this.labelSelector,
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: version,
        timeoutSeconds: watchSeconds,
      },
      signal,
    });
    for await (const event of eventsOf(response)) {
      if (event.type === "ERROR") throw new ApiError(event.object.code ?? 500, event.object.message ?? "watch failed");
      version = event.object.metadata.resourceVersion ?? version;
      if (event.type !== "BOOKMARK") this.#apply(event);
    }
    return version;
  }

  #apply({ type, object }: WatchEvent): void {
    const { name } = object.metadata;
    if (type === "DELETED") this.#pods.delete(name);
    else this.#pods.set(name, object);
    this.#tell(name);
  }

  #tell(name: string): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(this.#pods.get(name));
  }
}

async function* eventsOf(response: IncomingMessage): AsyncGenerator<WatchEvent> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const silence = setTimeout(() => response.destroy(new Error("the watch fell silent")), silenceMs);
  silence.unref();
  try {
    for await (const chunk of response) {
      silence.refresh();
      const lines = (rest + decoder.write(chunk as Buffer)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") yield JSON.parse(line) as WatchEvent;
    }
  } finally {
    clearTimeout(silence);
    response.destroy();
  }
}
