import { delay } from "../../time";
import type { ClusterClient } from "../api";
import type { PodEvent } from "./pod";

/** So many Pods are asked for one by one; more of them together. */
const few = 8;
/** For so long a Pod that was asked for counts, in milliseconds: who goes on asking has asked again by then. */
const countsMs = 5_000;
/** Between the beginnings of two lists for many Pods, in milliseconds. */
const betweenMs = 1_000;

/** Of each Pod that gets on, several of these. */
const everyday = ["Scheduled", "Pulling", "Pulled", "Created", "Started"];
const noteworthy = ["involvedObject.kind=Pod", ...everyday.map((reason) => `reason!=${reason}`)].join(",");

/**
 * What events tell of Pods of one namespace that wait to start. For each Pod that is asked for, the API server looks at all
 * events of the namespace, so where many wait, one list serves them all; it leaves out what is told of each Pod that gets on.
 */
export class SharedEvents {
  readonly #asked = new Map<string, number>();
  #next: Promise<PodEvent[]> | undefined;
  #notBefore = 0;

  constructor(
    private readonly client: ClusterClient,
    private readonly namespace: string,
  ) {}

  /**
   * Those of a Pod, as they are now.
   * @throws {ApiError} without the right to list events
   * @throws {UnreachableError} where no answer came in time
   */
  async of(podUid: string, timeoutMs: number): Promise<PodEvent[]> {
    const now = performance.now();
    this.#asked.set(podUid, now);
    for (const [uid, at] of this.#asked) if (now - at > countsMs) this.#asked.delete(uid);
    if (this.#asked.size <= few) {
      return await listEvents(this.client, this.namespace, `involvedObject.uid=${podUid}`, timeoutMs);
    }
    this.#next ??= this.#list(timeoutMs);
    const all = await this.#next;
    return all.filter(({ involvedObject }) => involvedObject?.uid === podUid);
  }

  async #list(timeoutMs: number): Promise<PodEvent[]> {
    await delay(Math.max(0, this.#notBefore - performance.now()));
    // It does not hold for who asks from now on.
    this.#next = undefined;
    this.#notBefore = performance.now() + betweenMs;
    return await listEvents(this.client, this.namespace, noteworthy, timeoutMs);
  }
}

const known = new WeakMap<ClusterClient, Map<string, SharedEvents>>();

/** The same one for all who ask. */
export function sharedEvents(client: ClusterClient, namespace: string): SharedEvents {
  const ofClient = known.get(client) ?? new Map<string, SharedEvents>();
  known.set(client, ofClient);
  const shared = ofClient.get(namespace) ?? new SharedEvents(client, namespace);
  ofClient.set(namespace, shared);
  return shared;
}

/**
 * The events of a namespace that a field selector picks.
 * @throws {ApiError} without the right to list events
 * @throws {UnreachableError} where no answer came in time
 */
export async function listEvents(
  client: ClusterClient,
  namespace: string,
  fieldSelector: string,
  timeoutMs: number,
): Promise<PodEvent[]> {
  const path = `/api/v1/namespaces/${namespace}/events`;
  const list = await client.json<{ items?: PodEvent[] }>(path, { query: { fieldSelector }, timeoutMs });
  return list.items ?? [];
}
