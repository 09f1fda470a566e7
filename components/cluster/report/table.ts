import { formatDuration, millisecondsBetween } from "../../text";
import { type ContainerInPod, containersOf, containerState, exitKind, isOutOfMemory } from "../containers";
import type { Pod } from "../pods";

/** One container in the table of a report, each cell as it is shown. */
export interface TableRow {
  name: string;
  state: string;
  attempts: string;
  time: string;
  /** Whether it is the one at fault. */
  isAtFault: boolean;
}

const notStarted = "not started";

/** The init steps and the app; nothing where that would tell no more than the headline does. */
export function failureTable(pod: Pod, atFault: string | undefined, now: Date | undefined): TableRow[] {
  const containers = containersOf(pod);
  const begun = containers.filter((container) => stateText(container) !== notStarted);
  if ((pod.status?.initContainerStatuses ?? []).length < 2 && begun.length < 2) return [];
  return containers.map((container) => ({
    name: container.role === "sidecar" ? `${container.status.name} (sidecar)` : container.status.name,
    ...factsOf(container, now),
    isAtFault: container.status.name === atFault,
  }));
}

/** The state of one container in a few words. */
function stateText(container: ContainerInPod): string {
  const { kind, reason, ended } = containerState(container);
  if (kind === "running") return "running";
  if (kind === "held") return reason ?? "";
  // A container that pauses between two attempts, of which none is shown.
  if (ended === undefined) return reason === "CrashLoopBackOff" ? reason : notStarted;
  switch (exitKind(ended)) {
    case "restarted":
      return "restarting";
    case "lost":
      return "lost";
    case "neverRan":
      return "can't start";
    default:
      if (kind === "stopped") return `stopped, ${ended.exitCode}`;
      if (isOutOfMemory(ended)) return `exit code ${ended.exitCode}, OOMKilled`;
      return ended.exitCode === 0 ? "completed" : `exit code ${ended.exitCode}`;
  }
}

function factsOf(container: ContainerInPod, now: Date | undefined): Pick<TableRow, "state" | "attempts" | "time"> {
  const state = stateText(container);
  if (state === notStarted) return { state, attempts: "", time: "" };
  const { kind, attempt, startedAt, finishedAt } = containerState(container);
  const ms = millisecondsBetween(startedAt, kind === "running" ? now : finishedAt);
  return {
    state,
    attempts: attempt === 0 ? "" : String(attempt),
    time: ms === undefined ? "" : formatDuration(ms),
  };
}
