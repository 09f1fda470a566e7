import type { TerminatedState } from "../pods";
import { type ContainerInPod, restartingAll } from "./containers";
import type { FailedVerdict } from "./types";

/**
 * Reasons of exits that were never seen: kubelet invents exit code 137 for a container that it can't find any more,
 * containerd 255 for one that it lost.
 */
const lostReasons = new Set(["ContainerStatusUnknown", "Unknown"]);
/** Reasons of attempts that never ran, with exit codes of the runtime (containerd, dockershim), not of a program. */
const neverRanReasons = new Set(["StartError", "ContainerCannotRun"]);

/**
 * The failing attempt of a container that is one too many: `retries` are tolerated after the first one where kubelet
 * starts the container again, and none where it doesn't. While the next attempt runs, the one before still counts:
 * a container that fails again and again is judged the same in each of its states.
 */
export function failedAttempt(container: ContainerInPod, retries: number): FailedVerdict | undefined {
  const { status, restarts } = container;
  const exit = status.state?.terminated ?? status.lastState?.terminated;
  if (exit === undefined || !isFailure(exit, container)) return undefined;
  const isOver = status.state?.running === undefined && exit.reason !== restartingAll && !restarts(exit.exitCode);
  if (!isOver && (isUncounted(exit, container) || attempts(container, exit) <= retries)) return undefined;
  return { kind: "failed", container: status.name, ...describeExit(exit) };
}

/** An exit with 0 is what an init container is for, and a failure of a container that kubelet starts again all the same. */
function isFailure({ exitCode }: TerminatedState, { role, restarts, stopped }: ContainerInPod): boolean {
  if (stopped) return false;
  return exitCode !== 0 || (role !== "init" && restarts(exitCode));
}

function isUncounted({ reason = "" }: TerminatedState, container: ContainerInPod): boolean {
  return reason === restartingAll ? !restartsAll(container) : lostReasons.has(reason);
}

/** What made all containers restart is the exit of one that has such a rule. */
function restartsAll({ spec }: ContainerInPod): boolean {
  return spec?.restartPolicyRules?.some(({ action }) => action === "RestartAllContainers") ?? false;
}

/** Failing attempts so far. Kubelet counts restarts of any cause, and shows the last two attempts only. */
function attempts(container: ContainerInPod, exit: TerminatedState): number {
  const { role, restartsFromOutside } = container;
  const { state, lastState, restartCount } = container.status;
  const succeededBefore = role === "init" && state?.terminated !== undefined && lastState?.terminated?.exitCode === 0;
  if (succeededBefore) return 1;
  if (exit.reason === restartingAll) return restartCount;
  const ended = state?.running ? restartCount : restartCount + 1;
  return restartsAll(container) ? ended : ended - restartsFromOutside;
}

function describeExit({ exitCode, reason = "Error", message }: TerminatedState): Omit<FailedVerdict, "kind"> {
  if (exitCode === 0) return { reason, message: "it ended by itself with exit code 0, though it should keep running" };
  const isReal = reason !== restartingAll && !lostReasons.has(reason) && !neverRanReasons.has(reason);
  return isReal ? { reason, exitCode, message } : { reason, message };
}
