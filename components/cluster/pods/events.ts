import { ApiError, type ClusterClient } from "../api";
import { isReady, type Pod, type PodEvent, statusesOf } from "./pod";
import { listEvents, sharedEvents } from "./sharedEvents";

export interface EventReaderSettings {
  client: ClusterClient;
  namespace: string;
  podUid: string;
  report: (line: string) => void;
}

/** Between the beginnings of two readings. Whoever asks for them each second, and not to the millisecond, gets every other. */
const intervalMs = 1_900;
/** From the beginning of a new state. Most Pods start sooner and never need any events. */
const firstMs = 500;
const timeoutMs = 5_000;

/** Clients whose user has been told that there is no right to read events. */
const told = new WeakSet<ClusterClient>();

/** The events of one Pod, read where its status alone doesn't tell why it gets no further. */
export class EventReader {
  #events: readonly PodEvent[] = [];
  #reading = false;
  #forbidden = false;
  #notBefore = performance.now() + firstMs;

  constructor(private readonly settings: EventReaderSettings) {}

  /** As last read. */
  get events(): readonly PodEvent[] {
    return this.#events;
  }

  /** Has the next reading come early: what holds up a Pod that has got further is said at once. */
  readSoon(): void {
    this.#notBefore = Math.min(this.#notBefore, performance.now() + firstMs);
  }

  /** Reads anew unless that was done a moment ago; resolves with whether there is anything new. Never throws. */
  async refresh(): Promise<boolean> {
    if (this.#reading || this.#forbidden || performance.now() < this.#notBefore) return false;
    this.#reading = true;
    this.#notBefore = performance.now() + intervalMs;
    try {
      return await this.#read();
    } finally {
      this.#reading = false;
    }
  }

  async #read(): Promise<boolean> {
    try {
      const { client, namespace, podUid } = this.settings;
      this.#events = await sharedEvents(client, namespace).of(podUid, timeoutMs);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) this.#refused();
      return false;
    }
  }

  #refused(): void {
    const { client, namespace, report } = this.settings;
    this.#forbidden = true;
    if (told.has(client)) return;
    told.add(client);
    report(
      `No right to list events in namespace ${namespace}: ` +
        "what a volume lacks to be mounted (a Secret, a ConfigMap) shows only at the deadline.",
    );
  }
}

/**
 * The events of a Pod.
 * @throws {ApiError} without the right to list events
 * @throws {UnreachableError} where no answer came in time
 */
export async function readEvents(
  { client, namespace, podUid }: Omit<EventReaderSettings, "report">,
  timeoutMs: number,
): Promise<PodEvent[]> {
  return await listEvents(client, namespace, `involvedObject.uid=${podUid}`, timeoutMs);
}

/** Whether no container has started yet: what holds such a Pod up is told by its events rather than by its status. */
export function isBeforeStart(pod: Pod): boolean {
  return statusesOf(pod).every(({ containerID, state }) => (containerID ?? "") === "" && !state?.running);
}

/**
 * Whether events tell of a Pod what its status does not: what it lacks to start, or why kubelet has killed a container that
 * a probe watches.
 */
export function isToldByEvents(pod: Pod): boolean {
  if (isBeforeStart(pod)) return true;
  if (isReady(pod)) return false;
  const specs = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  return statusesOf(pod).some(({ name, state, lastState }) => {
    const { startupProbe, livenessProbe } = specs.find((spec) => spec.name === name) ?? {};
    return (state?.terminated ?? lastState?.terminated) !== undefined && (startupProbe ?? livenessProbe) !== undefined;
  });
}
