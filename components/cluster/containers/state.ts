import type { TerminatedState } from "../pods";
import { type ContainerInPod, hasFailed } from "./containers";
import { exitKind, restartingAll } from "./exits";

/** What a container does: whether it may do so is for the verdict. */
export interface ContainerState {
  /**
   * `failed`: its last attempt failed and no other one runs. `held`: it can't start, as `reason` says. `waiting`: it has
   * its turn later, or soon. `stopped`: it ended because kubelet told it to, as the Pod ends or restarts.
   */
  kind: "waiting" | "held" | "running" | "done" | "failed" | "stopped";
  /** Kubernetes' word for why it waits, or for how it ended, such as `ErrImagePull` or `OOMKilled`. */
  reason?: string;
  /** What Kubernetes says of a container that waits. */
  message?: string;
  /** The last attempt that ended. */
  ended?: TerminatedState;
  /** Whether that one counts against the container. */
  endedBadly: boolean;
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
const idleReasons = new Set(["", "PodInitializing", "ContainerCreating", restartingAll, "CrashLoopBackOff"]);

/** Whether a reason says no more than that the container has its turn later, or soon. */
export function isIdle(reason = ""): boolean {
  return idleReasons.has(reason);
}

export function containerState(container: ContainerInPod): ContainerState {
  const { state, lastState, restartCount } = container.status;
  const { waiting, running, terminated } = state ?? {};
  const ended = terminated ?? lastState?.terminated;
  const begun = running ?? ended;
  const endedBadly = ended !== undefined && countsAgainst(ended, container);
  return {
    kind: kindOf(container, endedBadly),
    reason: waiting?.reason ?? terminated?.reason,
    message: waiting?.message,
    ended,
    endedBadly,
    attempt: begun === undefined ? 0 : restartCount + 1,
    startedAt: begun?.startedAt ?? undefined,
    finishedAt: running ? undefined : (ended?.finishedAt ?? undefined),
  };
}

/** An exit that nobody saw is no failure where the container runs again. */
function countsAgainst(exit: TerminatedState, container: ContainerInPod): boolean {
  const kind = exitKind(exit);
  if (kind === "restarted" || (kind === "lost" && container.restarts(exit))) return false;
  return hasFailed(exit, container);
}

function kindOf({ status: { state }, stopped, restarts }: ContainerInPod, endedBadly: boolean): ContainerState["kind"] {
  const { waiting, running, terminated } = state ?? {};
  if (running !== undefined) return "running";
  if (terminated === undefined && !isIdle(waiting?.reason)) return "held";
  if (endedBadly) return "failed";
  if (terminated === undefined) return "waiting";
  if (stopped && terminated.exitCode !== 0) return "stopped";
  const isUnseen = exitKind(terminated) !== "own";
  return isUnseen && restarts(terminated) ? "waiting" : "done";
}
