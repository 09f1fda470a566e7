import { cut, formatDuration, lengthOf, millisecondsBetween, type TextStyle } from "../../text";
import type { ContainerSpec, ContainerStatus, Pod } from "../pods";

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
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const statuses = [...initContainerStatuses, ...containerStatuses];
  const begun = statuses.filter((status) => stateOf(status) !== notStarted);
  if (initContainerStatuses.length < 2 && begun.length < 2) return [];
  const rows = statuses.map((status) => {
    const init = pod.spec?.initContainers?.find(({ name }) => name === status.name);
    return { failed: status.name === failed, cells: [nameOf(status, init), ...factsOf(status, now)] };
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
export function stateOf({ state, lastState }: ContainerStatus): string {
  if (state?.running) return "running";
  const waits = state?.waiting?.reason ?? "";
  const isError = waits !== "" && waits !== "PodInitializing" && waits !== "ContainerCreating";
  if (isError && waits !== "CrashLoopBackOff") return waits;
  const ended = state?.terminated ?? lastState?.terminated;
  if (ended === undefined) return isError ? waits : notStarted;
  if (ended.reason === "ContainerStatusUnknown") return "lost";
  if (ended.exitCode === 0) return "completed";
  return `exit code ${ended.exitCode}${ended.reason === "OOMKilled" ? ", OOMKilled" : ""}`;
}

function nameOf({ name }: ContainerStatus, init: ContainerSpec | undefined): string {
  return init?.restartPolicy === "Always" ? `${name} (sidecar)` : name;
}

function factsOf(status: ContainerStatus, now: Date | undefined): string[] {
  const state = stateOf(status);
  if (state === notStarted) return [state, "", ""];
  const { state: current, lastState, restartCount } = status;
  const begun = current?.running ?? current?.terminated ?? lastState?.terminated;
  const ended = current?.running ? now : (current?.terminated ?? lastState?.terminated)?.finishedAt;
  const ms = millisecondsBetween(begun?.startedAt, ended);
  return [state, begun === undefined ? "" : String(restartCount + 1), ms === undefined ? "" : formatDuration(ms)];
}
