import {
  type ContainerInPod,
  endedWellOutOfMemory,
  exitKind,
  hasFailed,
  hasRestartAllRule,
  isOutOfMemory,
  succeeded,
} from "../containers";
import type { ContainerSpec, TerminatedState } from "../pods";
import type { FailedVerdict } from "./types";

/**
 * The failing attempt of a container that is one too many: `retries` are tolerated after the first one where kubelet
 * starts the container again, and none where it doesn't. While the next attempt runs, the one before still counts:
 * a container that fails again and again is judged the same in each of its states.
 */
export function failedAttempt(container: ContainerInPod, retries: number): FailedVerdict | undefined {
  const { status, restarts } = container;
  const exit = status.state?.terminated ?? status.lastState?.terminated;
  if (exit === undefined || !hasFailed(exit, container)) return undefined;
  const isOver = status.state?.running === undefined && exitKind(exit) !== "restarted" && !restarts(exit);
  if (!isOver && (isUncounted(exit, container) || attempts(container, exit) <= retries)) return undefined;
  return { kind: "failed", container: status.name, ...describeExit(exit, container) };
}

/** What made all containers restart is the exit of one that has such a rule. */
function isUncounted(exit: TerminatedState, { spec }: ContainerInPod): boolean {
  const kind = exitKind(exit);
  return kind === "lost" || (kind === "restarted" && !hasRestartAllRule(spec));
}

/** Failing attempts so far. Kubelet counts restarts of any cause, and shows the last two attempts only. */
function attempts({ role, restartsFromOutside, spec, status }: ContainerInPod, exit: TerminatedState): number {
  const { state, lastState, restartCount } = status;
  if (role === "init" && state?.terminated !== undefined && succeeded(lastState?.terminated)) return 1;
  if (exitKind(exit) === "restarted") return restartCount;
  const ended = state?.running ? restartCount : restartCount + 1;
  const isItsDoing = hasRestartAllRule(spec) || endedWellOutOfMemory(exit);
  return isItsDoing ? ended : ended - restartsFromOutside;
}

function describeExit(exit: TerminatedState, { spec }: ContainerInPod): Omit<FailedVerdict, "kind"> {
  const { exitCode, reason = "Error", message } = exit;
  if (isOutOfMemory(exit)) return { reason, exitCode, message };
  if (exitCode === 0) return { reason, message: `it ended ${endedWell(spec)}, though it should keep running` };
  return exitKind(exit) === "own" ? { reason, exitCode, message } : { reason, message };
}

/** A program that is told to end may well end with 0, so only without probes it is known to have ended by itself. */
function endedWell(spec: ContainerSpec | undefined): string {
  const probe = spec?.startupProbe ? "startup" : spec?.livenessProbe ? "liveness" : undefined;
  return probe === undefined
    ? "by itself with exit code 0"
    : `with exit code 0, by itself or because its ${probe} probe failed`;
}
