import { formatDuration, millisecondsBetween } from "../../text";
import { containerState, type ContainerStatus, type Pod, roleOf, statusesOf } from "../pods";

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
  const statuses = statusesOf(pod);
  const begun = statuses.filter((status) => stateText(status) !== notStarted);
  if ((pod.status?.initContainerStatuses ?? []).length < 2 && begun.length < 2) return [];
  return statuses.map((status) => ({
    name: roleOf(pod, status.name) === "sidecar" ? `${status.name} (sidecar)` : status.name,
    ...factsOf(status, now),
    isAtFault: status.name === atFault,
  }));
}

/** The state of one container in a few words. */
function stateText(status: ContainerStatus): string {
  const { kind, reason, ended } = containerState(status);
  if (kind === "running") return "running";
  if (kind === "held") return reason ?? "";
  // A container that pauses between two attempts, of which none is shown.
  if (ended === undefined) return reason === "CrashLoopBackOff" ? reason : notStarted;
  if (ended.reason === "ContainerStatusUnknown") return "lost";
  if (ended.exitCode === 0) return "completed";
  return `exit code ${ended.exitCode}${ended.reason === "OOMKilled" ? ", OOMKilled" : ""}`;
}

function factsOf(status: ContainerStatus, now: Date | undefined): Pick<TableRow, "state" | "attempts" | "time"> {
  const state = stateText(status);
  if (state === notStarted) return { state, attempts: "", time: "" };
  const { kind, attempt, startedAt, finishedAt } = containerState(status);
  const ms = millisecondsBetween(startedAt, kind === "running" ? now : finishedAt);
  return {
    state,
    attempts: attempt === 0 ? "" : String(attempt),
    time: ms === undefined ? "" : formatDuration(ms),
  };
}
