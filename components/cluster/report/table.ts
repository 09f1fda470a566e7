import { cut, formatDuration, lengthOf, millisecondsBetween, type TextStyle } from "../../text";
import { containerState, type ContainerStatus, type Pod, roleOf, statusesOf } from "../pods";

const notStarted = "not started";
const header = ["step", "state", "attempts", "time"] as const;
const gap = "  ";

/** The init steps and the app, each on a line; nothing where that would tell no more than the headline does. */
export function failureTable(
  pod: Pod,
  failed: string | undefined,
  style: TextStyle,
  width: number,
  now: Date | undefined,
): string[] {
  const statuses = statusesOf(pod);
  const begun = statuses.filter((status) => stateOf(status) !== notStarted);
  if ((pod.status?.initContainerStatuses ?? []).length < 2 && begun.length < 2) return [];
  const rows = statuses.map((status) => {
    return { failed: status.name === failed, cells: [nameOf(status, pod), ...factsOf(status, now)] };
  });
  const [, ...factWidths] = header.map((title, column) =>
    Math.max(lengthOf(title), ...rows.map(({ cells }) => lengthOf(cells[column] ?? ""))),
  );
  const room = width - gap.length - factWidths.reduce((sum, factWidth) => sum + gap.length + factWidth, 0);
  const nameWidth = Math.min(room, Math.max(...[header[0], ...rows.map(({ cells }) => cells[0] ?? "")].map(lengthOf)));
  const line = (mark: string, cells: readonly string[]): string =>
    mark +
    cells
      .map((cell, column) =>
        cut(cell, column === 0 ? nameWidth : width).padEnd([nameWidth, ...factWidths][column] ?? 0),
      )
      .join(gap)
      .trimEnd();
  return [
    line(gap, header),
    ...rows.map((row) => (row.failed ? style.bad(line("> ", row.cells)) : line(gap, row.cells))),
  ];
}

/** The state of one container in a few words. */
export function stateOf(status: ContainerStatus): string {
  const { kind, reason, ended } = containerState(status);
  if (kind === "running") return "running";
  if (kind === "held") return reason ?? "";
  // A container that pauses between two attempts, of which none is shown.
  if (ended === undefined) return reason === "CrashLoopBackOff" ? reason : notStarted;
  if (ended.reason === "ContainerStatusUnknown") return "lost";
  if (ended.exitCode === 0) return "completed";
  return `exit code ${ended.exitCode}${ended.reason === "OOMKilled" ? ", OOMKilled" : ""}`;
}

function nameOf({ name }: ContainerStatus, pod: Pod): string {
  return roleOf(pod, name) === "sidecar" ? `${name} (sidecar)` : name;
}

function factsOf(status: ContainerStatus, now: Date | undefined): string[] {
  const text = stateOf(status);
  if (text === notStarted) return [text, "", ""];
  const { kind, attempt, startedAt, finishedAt } = containerState(status);
  const ms = millisecondsBetween(startedAt, kind === "running" ? now : finishedAt);
  return [text, attempt === 0 ? "" : String(attempt), ms === undefined ? "" : formatDuration(ms)];
}
