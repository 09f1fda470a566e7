import type { TerminatedState } from "../pods";

/** Reason of the exit code 137 that kubelet invents for containers that it stopped because a rule of one says so. */
export const restartingAll = "RestartingAllContainers";

/**
 * Reasons of exits that were never seen: kubelet invents exit code 137 for a container that it can't find any more,
 * containerd 255 for one that it lost.
 */
const lostReasons = new Set(["ContainerStatusUnknown", "Unknown"]);
/** Reasons of attempts that never ran, with exit codes of the runtime (containerd, dockershim), not of a program. */
const neverRanReasons = new Set(["StartError", "ContainerCannotRun"]);

/**
 * Whose the exit code is: the container's `own`, or invented, as it `neverRan`, was `lost` from sight, or was removed when
 * the Pod `restarted` in place.
 */
export function exitKind({ reason = "" }: TerminatedState): "own" | "neverRan" | "lost" | "restarted" {
  if (reason === restartingAll) return "restarted";
  if (lostReasons.has(reason)) return "lost";
  return neverRanReasons.has(reason) ? "neverRan" : "own";
}

/** Whether a process of the container was killed for want of memory, whatever exit code its main process ended with. */
export function isOutOfMemory({ reason }: Pick<TerminatedState, "reason">): boolean {
  return reason === "OOMKilled";
}

/**
 * Whether the main process ended with 0 all the same. Where that is an init container's, kubelet has a contradiction to
 * live with: by the exit code it would not start it again, so it makes the Pod's sandbox anew, unless the Pod may never
 * restart, which then stands still.
 */
export function endedWellOutOfMemory(exit: Pick<TerminatedState, "exitCode" | "reason">): boolean {
  return exit.exitCode === 0 && isOutOfMemory(exit);
}

/**
 * Whether an init container is through with that. Kubelet starts it again where one of its processes was killed for want of
 * memory, though the Pod's status then counts it as ready, by its exit code alone.
 * Source: isInitContainerFailed in pkg/kubelet/kuberuntime/helpers.go of Kubernetes
 */
export function succeeded(exit: TerminatedState | undefined): boolean {
  return exit?.exitCode === 0 && !isOutOfMemory(exit);
}
