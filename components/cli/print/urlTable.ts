import { cleanLine, wrap } from "../../text";
import { type ForwardStatus, type InitPodStatus, type Status, titleOf } from "../verbs";
import { indented, type Paint, type Style } from "./paint";
import { aligned } from "./table";

interface Row {
  url: string;
  initPod: string;
  /** Of a cluster that is not the one shown. */
  context: string;
  state: string;
  latency: string;
  connections: string;
  bytes: string;
  problem?: string;
}

const styles: Readonly<Record<ForwardStatus["state"], Style>> = { forwarding: "green", waiting: "yellow", down: "red" };
const columns = [
  { title: "URL", field: "url" },
  { title: "INITPOD", field: "initPod" },
  { title: "CONTEXT", field: "context" },
  { title: "STATE", field: "state" },
  { title: "LATENCY", field: "latency" },
  { title: "CONNS", field: "connections" },
  { title: "BYTES", field: "bytes" },
] as const;
const nothing = "-";

/** All URLs: those that are forwarded, and those that are not. */
export function urlLines({ cluster, daemon, initPods, forwards }: Status, width: number, paint: Paint): string[] {
  const here = cluster?.context;
  const idle = initPods.filter(({ url }) => url !== "" && !forwards.some((forward) => forward.url === url));
  const rows = [...forwards.map((forward) => rowOf(forward, here, paint)), ...idle.map((one) => idleRow(one, paint))];
  if (rows.length === 0) return [];
  if (forwards.length === 0) return rowLines(rows, width, paint);
  // Where it does not run, or hangs, that is the problem of each.
  const shown =
    daemon === undefined || daemon.responds === false ? rows.map((row) => ({ ...row, problem: undefined })) : rows;
  return [forwarderLine(daemon, paint), ...rowLines(shown, width, paint)];
}

function forwarderLine(daemon: Status["daemon"], paint: Paint): string {
  if (daemon === undefined) return `Forwarder  ${paint("red", "does not run")}`;
  if (daemon.responds === false) return `Forwarder  ${paint("red", "does not answer")} (process ${daemon.pid})`;
  return `Forwarder  ${paint("dim", `version ${daemon.version}, process ${daemon.pid}`)}`;
}

function rowOf(forward: ForwardStatus, here: string | undefined, paint: Paint): Row {
  const { url, context, state, latencyMs, connections, bytes, problem } = forward;
  const isUsed = connections.total > 0;
  return {
    url,
    initPod: titleOf(forward),
    context: context === here ? "" : context,
    state: paint(problem === undefined || state === "down" ? styles[state] : "yellow", state),
    latency: latencyMs === undefined ? nothing : inMilliseconds(latencyMs),
    connections: isUsed ? String(connections.total) : nothing,
    bytes: isUsed ? inUnits(bytes.sent + bytes.received) : nothing,
    problem: problem?.message,
  };
}

function idleRow(initPod: InitPodStatus, paint: Paint): Row {
  const row = { url: initPod.url, initPod: titleOf(initPod), context: "", state: paint("dim", "not here") };
  return { ...row, latency: nothing, connections: nothing, bytes: nothing };
}

function rowLines(rows: readonly Row[], width: number, paint: Paint): string[] {
  const shown = columns.filter(({ field }) => rows.some((row) => row[field] !== ""));
  const titles = shown.map(({ title }) => paint("dim", title));
  const lines = aligned([titles, ...rows.map((row) => shown.map(({ field }) => row[field]))], width);
  const below = ({ problem = "" }: Row): string[] =>
    indented(wrap(cleanLine(problem), width - 2), 2).map((line) => paint("yellow", line));
  if (lines === undefined) return rows.flatMap((row) => [...block(row, width), ...below(row)]);
  return [lines[0] ?? "", ...rows.flatMap((row, index) => [lines[index + 1] ?? "", ...below(row)])];
}

/** A row where the terminal has no room for columns. */
function block({ url, initPod, context, state, latency, connections, bytes }: Row, width: number): string[] {
  const counted =
    connections === nothing ? nothing : `${connections} ${connections === "1" ? "connection" : "connections"}`;
  const facts = [initPod, context, latency, counted, bytes].filter((fact) => fact !== "" && fact !== nothing);
  return [`${url}  ${state}`, ...indented(wrap(facts.join(", "), width - 2), 2)];
}

/** A number of bytes with a unit. */
export function inUnits(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ""}`;
}

function inMilliseconds(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
