import { type Step, stepMarks } from "../../cluster/report";
import { cleanLine, wrap } from "../../text";
import { type InitPodState, type InitPodStatus, type NextStep, type PodStatus, type Status, titleOf } from "../verbs";
import { indented, type Paint, type Style } from "./paint";
import { aligned } from "./table";
import { urlLines } from "./urlTable";

/** `status` for people. No line but that of a long word is wider than `width`. */
export function statusText(status: Status, width: number, paint: Paint): string {
  return (
    [clusterLines(status, width, paint), ...initPodLines(status.initPods, width, paint)]
      .concat([urlLines(status, width, paint), nextLines(status.next, width, paint)])
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join("\n"))
      .join("\n\n") + "\n"
  );
}

function clusterLines({ cluster, problem = "", initPods, forwards }: Status, width: number, paint: Paint): string[] {
  if (cluster === undefined) {
    return wrap(`The cluster can't be read: ${cleanLine(problem)}`, width).map((line) => paint("red", line));
  }
  const [name, server] = [paint("bold", cluster.context), paint("dim", cluster.server)];
  const lines = aligned([["Cluster", name, server]], width) ?? [`Cluster  ${name}`, `  ${server}`];
  const isKnown = initPods.length > 0 || forwards.some((forward) => forward.problem?.kind === "noPod");
  return isKnown ? lines : [...lines, "", "No InitPods."];
}

const looks: Readonly<Record<InitPodState, { mark: string; style: Style }>> = {
  ready: { mark: stepMarks.done, style: "green" },
  completed: { mark: stepMarks.done, style: "green" },
  starting: { mark: stepMarks.running, style: "cyan" },
  failing: { mark: stepMarks.failed, style: "red" },
  deleting: { mark: stepMarks.waiting, style: "yellow" },
};

const stepStyles: Readonly<Record<Step["state"], Style>> = {
  done: "green",
  failed: "red",
  running: "cyan",
  waiting: "dim",
};

/** The lines of each InitPod. */
function initPodLines(initPods: readonly InitPodStatus[], width: number, paint: Paint): string[][] {
  const steps = initPods.flatMap(stepsOf);
  const ofAll = stepRows(steps, width, paint);
  return initPods.map((initPod) => {
    const rows = ofAll ?? stepRows(stepsOf(initPod), width, paint);
    const [first, ...others] = initPod.pods;
    return [
      ...titleLines(initPod, width, paint),
      ...(first === undefined ? [] : podLines(first, looks[initPod.state].style, rows, width, paint)),
      ...others.flatMap((pod) => [`  ${podName(pod, paint)}`, ...podLines(pod, "yellow", rows, width, paint)]),
    ];
  });
}

function titleLines(initPod: InitPodStatus, width: number, paint: Paint): string[] {
  const { mark, style } = looks[initPod.state];
  const title = `${paint(style, mark)} ${paint("bold", titleOf(initPod))}`;
  const pod = initPod.pods[0] === undefined ? "" : podName(initPod.pods[0], paint);
  return aligned([[title, pod]], width) ?? [title, `  ${pod}`];
}

function podName({ name, ready, text }: PodStatus, paint: Paint): string {
  return paint("dim", `Pod ${name}`) + (ready ? ` ${paint("green", text)}` : "");
}

function stepsOf({ pods }: InitPodStatus): Step[] {
  return pods.flatMap(({ steps }) => steps);
}

/** A line for each step, in columns; nothing where there is no room for them. */
function stepRows(steps: readonly Step[], width: number, paint: Paint): Map<Step, string> | undefined {
  const lines = aligned(
    steps.map((step) => stepCells(step, paint)),
    width - 4,
  );
  return lines && new Map(steps.map((step, index) => [step, lines[index] ?? ""]));
}

function podLines(
  pod: PodStatus,
  style: Style,
  rows: Map<Step, string> | undefined,
  width: number,
  paint: Paint,
): string[] {
  const sentence = pod.ready ? "" : `${pod.text.charAt(0).toUpperCase()}${pod.text.slice(1)}.`;
  const what = wrap(sentence, width - 2).map((line) => paint(style, line));
  const why = wrap(pod.message ?? "", width - 2, mostMessageLines).map((line) => paint("dim", line));
  const steps = pod.steps.flatMap((step) => [
    ...(rows === undefined ? stepWords(step, width, paint) : indented([rows.get(step) ?? ""], 4)),
    ...logLines(step, width, paint),
  ]);
  return [...indented([...what, ...why], 2), ...steps];
}

const mostMessageLines = 8;
const mostLinesOfOne = 3;

function logLines({ log }: Step, width: number, paint: Paint): string[] {
  const room = width - 8;
  return log
    .flatMap((line) => (line.length <= room ? [line] : wrap(line, room, mostLinesOfOne)))
    .map((line) => `      ${paint("dim", "│")} ${line}`);
}

/** A step where there is no room for columns. */
function stepWords({ name, state, text, duration }: Step, width: number, paint: Paint): string[] {
  const [first = "", ...more] = wrap([`${name} ${text}`, duration].filter(Boolean).join(", "), width - 6);
  const mark = paint(stepStyles[state], stepMarks[state]);
  return [...indented([`${mark} ${first}`], 4), ...indented(more, 6)];
}

function stepCells({ name, state, text, duration }: Step, paint: Paint): string[] {
  const style = stepStyles[state];
  return [`${paint(style, stepMarks[state])} ${name}`, paint(style, text), paint("dim", duration)];
}

function nextLines(next: readonly NextStep[], width: number, paint: Paint): string[] {
  if (next.length === 0) return [];
  const rows = next.map(({ command, why }) => [command, paint("dim", why)]);
  const below = ({ command, why }: NextStep): string[] => [
    ...broken(command, width - 2),
    ...indented(wrap(why, width - 4), 2).map((line) => paint("dim", line)),
  ];
  return [paint("bold", "Next"), ...indented(aligned(rows, width - 2) ?? next.flatMap(below), 2)];
}

/** A command that can still be copied where it takes several lines. */
function broken(command: string, width: number): string[] {
  if (command.length <= width) return [command];
  const at = command.lastIndexOf(" ", width - 2);
  if (at <= 0) return [command];
  return [`${command.slice(0, at)} \\`, ...indented(broken(command.slice(at + 1), width - 2), 2)];
}
