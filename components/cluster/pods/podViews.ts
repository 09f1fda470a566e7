import { covers, hasLabels, type Labels, labelSelector, type LabelSets, unionOf } from "../../contract";
import { errorText } from "../../text";
import { backoffMs, delay } from "../../time";
import { askedPauseMs, type ClusterClient, hasStatus, UnreachableError } from "../api";
import { isDeletedInForeground, type Pod } from "./pod";
import { listPods, type ListRequest, podsPath, type WatchEvent, watchPods } from "./podFeed";
import { trimmed } from "./trimmed";
import { LatestVersion } from "./versions";

/** How long the API server lets one watch live; a new one follows. */
const watchSeconds = 240;
/** Time between the starts of two watches, lest a proxy that ends each at once is asked without pause. */
const watchIntervalMs = 1_000;
/** Longest time between two lists as long as they are answered, as where no watch comes about, or none that tells anything. */
const listIntervalMs = 2_000;
/** The API server sends a bookmark about each minute: silence for longer means a dead connection. */
const silenceMs = 90_000;

interface Subscriber {
  selector: Labels;
  /** Its Pods by uid, as last heard. */
  pods: Map<string, Pod>;
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
  readonly #latest = new LatestVersion();
  #live = false;
  #error: string | undefined;
  /** What was logged last. */
  #told: string | undefined;
  /** Of the running watch. */
  #selector: LabelSets | undefined;
  #restart = new AbortController();
  #closed = false;

  constructor(
    private readonly connect: () => Promise<ClusterClient>,
    private readonly namespace: string,
    private readonly log: (line: string) => void,
  ) {}

  get isUnused(): boolean {
    return this.#subscribers.size === 0;
  }

  /** Whether the API server answered and the watch stands. */
  get isLive(): boolean {
    return this.#live;
  }

  subscribe(selector: Labels, changed: () => void): PodView {
    const subscriber = { selector, pods: podsWith(selector, this.#pods.values()), changed };
    const isFirst = this.isUnused;
    this.#subscribers.add(subscriber);
    if (isFirst) void this.#run();
    else if (!this.#covers(selector)) this.restart();
    // What is known already comes with no further event.
    else if (this.#live) queueMicrotask(() => this.#subscribers.has(subscriber) && changed());
    return {
      pods: () => [...subscriber.pods.values()],
      isLive: () => this.#live && this.#covers(selector),
      error: () => this.#error,
      list: async () => (await this.#list(this.#request(selector))).pods,
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
        this.#selector = unionOf([...this.#subscribers].map((subscriber) => subscriber.selector));
        const request = { ...this.#request(this.#selector), signal };
        const { pods, version } = await this.#list(request);
        if (!this.#latest.acceptList(version))
          throw new UnreachableError("its answer is older than what it told before");
        isListed = true;
        this.#listed(pods);
        await this.#follow(request, signal, () => (failures = 0));
      } catch (error) {
        if (signal.aborted) continue;
        failures++;
        // Where it won't watch, or not from that version on, a list that is made anew each time does as well.
        if (!isListed || !hasStatus(error, 403, 410)) this.#lost(error);
        else this.#tell(error);
        const pauseMs = Math.min(backoffMs(failures), isListed ? listIntervalMs : Infinity);
        await delay(Math.max(pauseMs, askedPauseMs(error)), signal);
      }
    }
  }

  #listed(pods: readonly Pod[]): void {
    this.#pods.clear();
    for (const pod of pods) this.#pods.set(pod.metadata.uid, pod);
    for (const subscriber of this.#subscribers) subscriber.pods = podsWith(subscriber.selector, pods);
    if (this.#error !== undefined) {
      this.log(`pods of ${podsPath(this.namespace)}: reached again`);
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
    if (this.#told !== message) this.log(`pods of ${podsPath(this.namespace)}: ${message}`);
    this.#told = message;
  }

  #request(selector: Labels | LabelSets): ListRequest {
    return { namespace: this.namespace, labelSelector: labelSelector(selector) };
  }

  async #list(request: ListRequest): Promise<{ pods: Pod[]; version: string }> {
    const { pods, version } = await listPods(await this.connect(), request);
    return { pods: pods.map(trimmed), version };
  }

  /** Reads one watch after the other, until one fails, tells nothing, or the versions it asks for are too old. */
  async #follow(list: ListRequest, signal: AbortSignal, worked: () => void): Promise<void> {
    const client = await this.connect();
    const request = { ...list, seconds: watchSeconds, silenceMs };
    let isTold = true;
    while (isTold && !signal.aborted) {
      const started = performance.now();
      isTold = false;
      for await (const event of await watchPods(client, { ...request, version: this.#latest.version ?? "" })) {
        const isNew = this.#latest.acceptEvent(event.object.metadata.resourceVersion);
        isTold ||= isNew || event.type === "BOOKMARK";
        if (isNew && event.type !== "BOOKMARK") this.#apply(event);
        worked();
      }
      worked();
      // One that ended and told nothing may be of something on the way that lets no event through.
      await delay(started + (isTold ? watchIntervalMs : listIntervalMs) - performance.now(), signal);
    }
  }

  #apply({ type, object }: WatchEvent): void {
    if (type === "DELETED" && isDeletedInForeground(object)) this.#apply({ type: "MODIFIED", object });
    const { uid, labels } = object.metadata;
    const pod = trimmed(object);
    if (type === "DELETED") this.#pods.delete(uid);
    else this.#pods.set(uid, pod);
    // With many forwards, most have nothing to do with it.
    for (const subscriber of this.#subscribers) {
      const isOwn = type !== "DELETED" && hasLabels(labels, subscriber.selector);
      if (isOwn) subscriber.pods.set(uid, pod);
      if (isOwn || subscriber.pods.delete(uid)) subscriber.changed();
    }
  }

  /** Whether the running watch tells of all Pods with these labels. */
  #covers(selector: Labels): boolean {
    return this.#selector !== undefined && covers(this.#selector, selector);
  }

  #notify(): void {
    for (const subscriber of this.#subscribers) subscriber.changed();
  }
}

function podsWith(selector: Labels, pods: Iterable<Pod>): Map<string, Pod> {
  const own = [...pods].filter(({ metadata }) => hasLabels(metadata.labels, selector));
  return new Map(own.map((pod) => [pod.metadata.uid, pod]));
}
