import { errorText } from "../../text";
import { delay } from "../../time";
import { askedPauseMs, type ClusterClient, hasStatus, KubeconfigError, UnreachableError } from "../api";
import type { Pod } from "./pod";
import { listPods, podsPath, type WatchEvent, watchPods } from "./podFeed";
import { isOlder, LatestVersion } from "./versions";

/** Who wants to know of one Pod. */
export interface PodListener {
  /** The Pod as it is now, and at each change; `undefined` once it is gone. */
  changed: (pod: Pod | undefined) => void;
  /** Nothing can be told any more: the Pod may not be read, or there are no credentials. */
  failed: (error: Error) => void;
}

interface Subscription extends PodListener {
  name: string;
  uid: string;
  /** Version of the Pod that was told last. */
  told?: string;
}

/** How long the API server lets one watch live; a new one goes on where it stopped. */
const watchSeconds = 15;

/** When what is done, in milliseconds. */
const usualTiming = {
  /** A watch that hears nothing for so long runs over a dead connection. */
  silence: 20_000,
  /** Time between two questions where the right to watch is missing. */
  poll: 2_000,
  /** Between attempts, doubling: the first one, and the longest after a watch that ended and after an error. */
  firstPause: 50,
  longestPause: { afterEnd: 1_000, afterError: 2_000 },
  /** A watch that lived for so long makes the next pause a first one. */
  healthy: 5_000,
  /** A shorter break is not worth a line. */
  report: 2_000,
  /** An API server that starts refuses what it allows later: for so long a refusal of what had been allowed is not believed. */
  refusal: 15_000,
  /** For so long missing credentials are waited for: a person may be logging in anew. */
  credentials: 30_000,
};
export type WatchTiming = typeof usualTiming;

/** The ways to follow Pods, the best first. */
type Way = "watch" | "list" | "get";

/**
 * One list and watch of the Pods of a namespace that match a selector, shared by all who wait for one of them. It goes on
 * after cuts and restarts of the API server until the last listener has left. Where the right to watch or to list is
 * missing, it asks again and again instead.
 */
export class PodWatch {
  #pods = new Map<string, Pod>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #allowed = new Set<Way>();
  #latest = new LatestVersion();
  readonly #scope: { namespace: string; labelSelector: string };
  readonly #timing: WatchTiming;
  #way: Way = "watch";
  /** What is being tried. */
  #asking: Way = "list";
  #stop: AbortController | undefined;
  #failures = 0;
  #brokenSince: number | undefined;
  #brokenReported = false;
  #refusedSince: number | undefined;

  constructor(
    private readonly client: ClusterClient,
    private readonly namespace: string,
    labelSelector: string,
    /** Told of a connection that was lost and of its return, and of rights that are missing. */
    private readonly report: (line: string) => void = () => undefined,
    timing: Partial<WatchTiming> = {},
  ) {
    this.#scope = { namespace, labelSelector };
    this.#timing = { ...usualTiming, ...timing };
  }

  /** For how long the API server has not answered; `undefined` where it does. */
  get silentSeconds(): number | undefined {
    return this.#brokenSince === undefined ? undefined : Math.round((performance.now() - this.#brokenSince) / 1000);
  }

  /**
   * Tells `listener` of a Pod that is known to have been created, until the returned function is called; from `version` on,
   * where it was read before.
   */
  subscribe(
    { name, uid, version }: { name: string; uid: string; version?: string },
    listener: PodListener,
  ): () => void {
    const subscription: Subscription = { name, uid, told: version, ...listener };
    this.#subscriptions.add(subscription);
    if (this.#stop === undefined) {
      this.#stop = new AbortController();
      void this.#run(this.#stop.signal);
    } else {
      // Not knowing it says nothing: it may be younger than the last list, and its event on the way.
      const known = this.#pods.get(name);
      if (known?.metadata.uid === uid) tell(subscription, known);
    }
    return () => {
      this.#subscriptions.delete(subscription);
      if (this.#subscriptions.size === 0) this.close();
    };
  }

  close(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#pods.clear();
    this.#latest = new LatestVersion();
  }

  async #run(signal: AbortSignal): Promise<void> {
    let isListed = false;
    while (!signal.aborted) {
      const start = performance.now();
      try {
        if (this.#way === "get") await this.#get(signal);
        else if (this.#way === "list") await this.#list(signal);
        else {
          if (!isListed) await this.#list(signal);
          // One that ended and told nothing may be of something on the way that lets no event through.
          isListed = await this.#watch(signal);
        }
        if (this.#way !== "watch") await delay(this.#timing.poll, signal);
        else await this.#pause(start, this.#timing.longestPause.afterEnd, signal);
      } catch (error) {
        if (this.#stop?.signal !== signal) return;
        // A new list also shows what happened while nothing was heard.
        isListed = false;
        if (this.#believes(error)) {
          if (!this.#fallBack(error)) return;
        } else {
          this.#broke(error);
          await this.#pause(start, this.#timing.longestPause.afterError, signal, askedPauseMs(error));
        }
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    this.#asking = "list";
    // Only those who asked before the list was made can conclude from it that their Pod is gone.
    const asked = new Set(this.#subscriptions);
    const fresh = this.#brokenSince !== undefined;
    const { pods, version } = await listPods(this.client, { ...this.#scope, signal, fresh });
    const isReset = isOlder(version, this.#latest.version);
    if (!this.#latest.acceptList(version)) throw new UnreachableError("its answer is older than what it told before");
    if (isReset) for (const subscription of this.#subscriptions) subscription.told = undefined;
    this.#works();
    this.#pods = new Map(pods.map((pod) => [pod.metadata.name, pod]));
    for (const subscription of this.#subscriptions) {
      const pod = this.#pods.get(subscription.name);
      if (pod?.metadata.uid === subscription.uid) tell(subscription, pod);
      else if (asked.has(subscription)) await this.#confirmGone(subscription, signal);
    }
  }

  /** Follows the changes since the latest one until the watch ends; resolves with whether it told anything. */
  async #watch(signal: AbortSignal): Promise<boolean> {
    this.#asking = "watch";
    const { version = "" } = this.#latest;
    const timing = { seconds: watchSeconds, silenceMs: this.#timing.silence };
    const events = await watchPods(this.client, { ...this.#scope, ...timing, version, signal, fresh: true });
    this.#works();
    let isTold = false;
    for await (const event of events) {
      const isNew = this.#latest.acceptEvent(event.object.metadata.resourceVersion);
      isTold ||= isNew || event.type === "BOOKMARK";
      if (isNew && event.type !== "BOOKMARK") await this.#apply(event, signal);
    }
    return isTold;
  }

  async #get(signal: AbortSignal): Promise<void> {
    this.#asking = "get";
    await Promise.all(
      [...this.#subscriptions].map(async (subscription) => {
        const pod = await this.#read(subscription, signal).catch(ifMissing);
        this.#works();
        if (pod?.metadata.uid === subscription.uid) tell(subscription, pod);
        else subscription.changed(undefined);
      }),
    );
  }

  async #read({ name }: Subscription, signal: AbortSignal): Promise<Pod> {
    return await this.client.json<Pod>(`${podsPath(this.namespace)}/${name}`, { signal });
  }

  /** A Pod that is not among those with the labels may have lost them: whether it lives is only known by its name. */
  async #confirmGone(subscription: Subscription, signal: AbortSignal): Promise<void> {
    const pod = await this.#read(subscription, signal).catch(ifMissingOrForbidden);
    if (pod?.metadata.uid === subscription.uid) tell(subscription, pod);
    else subscription.changed(undefined);
  }

  async #apply({ type, object }: WatchEvent, signal: AbortSignal): Promise<void> {
    const { name, uid } = object.metadata;
    if (type !== "DELETED") this.#pods.set(name, object);
    else if (this.#pods.get(name)?.metadata.uid === uid) this.#pods.delete(name);
    for (const subscription of this.#subscriptions) {
      if (subscription.name !== name) continue;
      if (subscription.uid === uid) {
        if (type === "DELETED") await this.#confirmGone(subscription, signal);
        else tell(subscription, object);
      } else if (subscription.told !== undefined && type === "ADDED") {
        // Another Pod has its name now.
        subscription.changed(undefined);
      }
    }
  }

  #works(): void {
    this.#allowed.add(this.#asking);
    this.#refusedSince = undefined;
    this.#brokenSince = undefined;
    if (this.#brokenReported) this.report(`The API server ${this.client.server} answers again.`);
    this.#brokenReported = false;
  }

  #broke(error: unknown): void {
    // The version to go on from is too old: nothing is broken, and a new list helps.
    if (hasStatus(error, 410)) return;
    const now = performance.now();
    this.#brokenSince ??= now;
    if (this.#brokenReported || now - this.#brokenSince < this.#timing.report) return;
    this.#brokenReported = true;
    this.report(
      `The API server ${this.client.server} does not tell how the Pods of namespace ${this.namespace} are, trying again: ` +
        errorText(error),
    );
  }

  /** Whether an error says that trying the same again is of no use. */
  #believes(error: unknown): boolean {
    const isForbidden = hasStatus(error, 403);
    const isUnknown = error instanceof KubeconfigError || hasStatus(error, 401);
    if (!isForbidden && !isUnknown) {
      this.#refusedSince = undefined;
      return false;
    }
    if (isForbidden && !this.#allowed.has(this.#asking)) return true;
    const now = performance.now();
    this.#refusedSince ??= now;
    return now - this.#refusedSince >= (isForbidden ? this.#timing.refusal : this.#timing.credentials);
  }

  /** Goes on in a way that needs fewer rights; false where there is none. */
  #fallBack(error: unknown): boolean {
    this.#refusedSince = undefined;
    if (hasStatus(error, 403) && this.#asking !== "get") {
      this.#way = this.#asking === "watch" ? "list" : "get";
      this.report(
        `No right to ${this.#asking} Pods in namespace ${this.namespace}: asking for them each ${this.#timing.poll / 1000} s instead.`,
      );
      return true;
    }
    const failed = [...this.#subscriptions];
    this.#subscriptions.clear();
    this.close();
    for (const subscription of failed) subscription.failed(error as Error);
    return false;
  }

  async #pause(start: number, longest: number, signal: AbortSignal, askedMs = 0): Promise<void> {
    const { firstPause, healthy } = this.#timing;
    this.#failures = performance.now() - start >= healthy ? 0 : this.#failures + 1;
    await delay(Math.max(askedMs, Math.min(firstPause * 2 ** Math.min(this.#failures, 10), longest)), signal);
  }
}

function tell(subscription: Subscription, pod: Pod): void {
  const version = pod.metadata.resourceVersion;
  if (version !== undefined && (version === subscription.told || isOlder(version, subscription.told))) return;
  subscription.told = version ?? "";
  subscription.changed(pod);
}

function ifMissing(error: unknown): undefined {
  if (!hasStatus(error, 404)) throw error;
}

/** Without the right to ask for it by name, the list is all there is to go by. */
function ifMissingOrForbidden(error: unknown): undefined {
  if (!hasStatus(error, 403)) ifMissing(error);
}
