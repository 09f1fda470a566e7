import { isDeletedInForeground, isDeleting, type Pod } from "../../cluster/pods";

/**
 * Waits for a Service of the InitPod to be given up; false where that can't be known. `isLate`: what happened before may
 * have been missed.
 */
export type ServiceGivenUp = (isLate: boolean, signal: AbortSignal) => Promise<boolean>;

/**
 * Whether the stack has given its InitPod up. Pulumi deletes objects in the foreground, and leaves a mark on them until they
 * are gone; kubectl, a drain and an eviction don't: after these, the next `up` makes the Pod anew.
 */
export class GivenUp {
  /** uids of the Pods that were the last ones that nobody was deleting. */
  #last: ReadonlySet<string> | undefined;
  #isSo = false;
  #following: AbortController | undefined;

  constructor(
    private readonly serviceGivenUp: ServiceGivenUp,
    private readonly changed: () => void,
  ) {}

  get isSo(): boolean {
    return this.#isSo;
  }

  /** To be called at each change of the Pods. */
  update(pods: readonly Pod[]): void {
    const staying = pods.filter((pod) => !isDeleting(pod));
    if (staying.length > 0) {
      this.close();
      this.#last = new Set(staying.map(({ metadata }) => metadata.uid));
      this.#isSo = false;
      return;
    }
    // A failed Pod that an `up` cleaned up says nothing of the one that served on.
    const isLast = ({ metadata }: Pod): boolean => this.#last?.has(metadata.uid) ?? true;
    this.#isSo ||= pods.some((pod) => isDeletedInForeground(pod) && isLast(pod));
    if (this.#isSo) this.close();
    else if (this.#following === undefined) void this.#follow();
  }

  close(): void {
    this.#following?.abort();
    this.#following = undefined;
  }

  /** `kubectl delete pod`, then `pulumi destroy`: by then the Service alone can tell. */
  async #follow(): Promise<void> {
    const following = new AbortController();
    this.#following = following;
    const isSo = await this.serviceGivenUp(this.#last === undefined, following.signal);
    if (!isSo || following.signal.aborted) return;
    this.#isSo = true;
    this.changed();
  }
}
