import { isToldByEvents, type Pod, type PodEvent } from "../../cluster/pods";
import { within } from "../../time";

/** Many clients that ask at once cost the API server no more than one. */
const freshMs = 2_000;
/** An answer does not wait longer for them. */
const patienceMs = 1_000;

/** The events of a Pod, where they alone tell what it lacks to start, or why kubelet has killed a container. */
export class PodEvents {
  #known: { uid: string; events: Promise<readonly PodEvent[]>; until: number } | undefined;

  constructor(private readonly read: (pod: Pod) => Promise<readonly PodEvent[]>) {}

  /** None where they are not needed, may not be read, or don't come in time. */
  async of(pod: Pod): Promise<readonly PodEvent[]> {
    if (!isToldByEvents(pod)) return [];
    const { uid } = pod.metadata;
    const now = performance.now();
    if (this.#known?.uid !== uid || this.#known.until < now) {
      this.#known = { uid, events: this.read(pod).catch(() => []), until: now + freshMs };
    }
    return await within(patienceMs, this.#known.events, () => []);
  }
}
