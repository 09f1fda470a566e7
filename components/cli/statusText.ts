import { styleText } from "node:util";
import type { ContainerSummary } from "../forward/pods";
import type { ForwardStatus, PodStatus, Status } from "./status";
import { table } from "./table";

type Style = Parameters<typeof styleText>[0];

/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** `status` for people, in at most `width` columns where that can be. */
export function statusText(status: Status, width: number, paint: Paint): string {
  const { cluster, problem, daemon, initPods, forwards, next } = status;
  const sections = [
    cluster === undefined
      ? paint("yellow", `The cluster can't be read: ${problem ?? ""}`)
      : `Cluster ${paint("bold", cluster.context)}  ${paint("dim", cluster.server)}`,
  ];
  if (cluster !== undefined && initPods.length === 0) sections.push("No InitPods.");
  if (initPods.length > 0) sections.push(initPods.map((pod) => podText(pod, width, paint)).join("\n\n"));
  if (forwards.length > 0) {
    const runs =
      daemon === undefined ? paint("red", "not running") : `version ${daemon.version}, process ${daemon.pid}`;
    const rows = forwards.map((forward) => forwardRow(forward, paint));
    sections.push(`Forwards of this machine (forwarder: ${runs})\n${table(rows, width)}`);
  }
  if (next.length > 0) sections.push(["Next:", ...next.map((line) => `  ${line}`)].join("\n"));
  return sections.join("\n\n") + "\n";
}

function podText(pod: PodStatus, width: number, paint: Paint): string {
  const state = paint(pod.ready ? "green" : "yellow", pod.state);
  const url = pod.url === "" ? "" : `${pod.url}${pod.forwarded ? "" : paint("dim", " (not forwarded here)")}`;
  const title = `${paint("bold", pod.name)}  ${paint("dim", `${pod.namespace}/${pod.pod}`)}  ${state}`;
  const steps = table(
    pod.steps.map((step) => ({ step: step.name, state: stepText(step, paint) })),
    width - 2,
    false,
  );
  const lines = [title, url === "" ? "" : `  ${url}`, indent(steps)];
  return lines.filter((line) => line !== "").join("\n");
}

/** What an init step does, in a few words. */
export function stepText({ state, reason, exitCode, restarts }: ContainerSummary, paint: Paint): string {
  const exit = exitCode === undefined || exitCode === 0 ? "" : `, exit code ${exitCode}`;
  const again = restarts === 0 ? "" : `, ${restarts} ${restarts === 1 ? "restart" : "restarts"}`;
  if (state === "done") return paint("green", "done") + again;
  if (state === "running") return paint("cyan", "running") + exit + again;
  if (state === "failed") return paint("red", "failed") + exit + again;
  const waits = reason === undefined || reason === "PodInitializing" ? "waiting" : reason;
  return paint(exit === "" ? "dim" : "red", waits) + exit + again;
}

function forwardRow(forward: ForwardStatus, paint: Paint): Record<string, string> {
  const { connections, bytes } = forward;
  const colours = { forwarding: "green", waiting: "yellow", down: "red" } as const;
  const state = paint(colours[forward.state], forward.state);
  return {
    url: forward.url,
    name: `${forward.namespace}/${forward.name}`,
    pod: forward.pod ?? "",
    state: forward.problem === undefined ? state : `${state}: ${forward.problem}`,
    traffic: `${connections.total} connections, ${inUnits(bytes.received)} in`,
  };
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

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? line : `  ${line}`))
    .join("\n");
}
