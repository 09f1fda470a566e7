import type { ContainerStatus, TerminatedState } from "./pod";

/** What a container does, by its status alone: whether it may do so is for the verdict. */
export interface ContainerState {
  /**
   * `failed`: its last attempt failed and no other one runs. `held`: it can't start, as `reason` says. `waiting`: it has
   * its turn later, or soon.
   */
  kind: "waiting" | "held" | "running" | "done" | "failed";
  /** Kubernetes' word for why it waits, or for how it ended, such as `ErrImagePull` or `OOMKilled`. */
  reason?: string;
  /** What Kubernetes says of a container that waits. */
  message?: string;
  /** The last attempt that ended. */
  ended?: TerminatedState;
  /** Number of the attempt that runs, else of the last that ended; 0 where none has begun. */
  attempt: number;
  /** Of that attempt. */
  startedAt?: string;
  /** Of that attempt; none while it runs. */
  finishedAt?: string;
}

/**
 * Reasons to wait that tell of no trouble. The pause between two attempts is none either: it is the attempts that count.
 * Source: pkg/kubelet/kuberuntime and pkg/kubelet/container of Kubernetes.
 */
const idleReasons = new Set([
  "",
  "PodInitializing",
  "ContainerCreating",
  "RestartingAllContainers",
  "CrashLoopBackOff",
]);

/** Whether a reason says no more than that the container has its turn later, or soon. */
export function isIdle(reason = ""): boolean {
  return idleReasons.has(reason);
}

export function containerState({ state, lastState, restartCount }: ContainerStatus): ContainerState {
  const { waiting, running, terminated } = state ?? {};
  const ended = terminated ?? lastState?.terminated;
  const begun = running ?? ended;
  return {
    kind: kindOf(running !== undefined, terminated, isIdle(waiting?.reason), ended),
    reason: waiting?.reason ?? terminated?.reason,
    message: waiting?.message,
    ended,
    attempt: begun === undefined ? 0 : restartCount + 1,
    startedAt: begun?.startedAt ?? undefined,
    finishedAt: running ? undefined : (ended?.finishedAt ?? undefined),
  };
}

function kindOf(
  runs: boolean,
  terminated: TerminatedState | undefined,
  isIdle: boolean,
  ended: TerminatedState | undefined,
): ContainerState["kind"] {
  if (runs) return "running";
  if (terminated !== undefined) return terminated.exitCode === 0 ? "done" : "failed";
  if (!isIdle) return "held";
  return ended !== undefined && ended.exitCode !== 0 ? "failed" : "waiting";
}
