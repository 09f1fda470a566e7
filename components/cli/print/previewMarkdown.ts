import { cleanLine, cut } from "../../text";
import type { Action, Field, InitPodChange, PreviewSummary } from "../preview";
import { code, fenced, fitting, folded, longestRun, prose, row } from "./markdown";

/** Well below what GitHub takes, as actions that post the comment add a line of their own. */
export const mostCharacters = 64_000;

/** Rooms in characters. The differences have what all else leaves. */
const rooms = { table: 24_000, errors: 12_000, warnings: 6_000 } as const;

/** A preview as a comment on a pull request, in GitHub's Markdown. */
export function previewMarkdown(summary: PreviewSummary): string {
  const head = [
    marker(summary),
    `### ${headline(summary)}`,
    "",
    ...errorLines(summary),
    ...tableLines(summary.initPods),
    ...otherLines(summary),
    ...warningLines(summary.warnings),
  ];
  const text = head.join("\n") + "\n";
  return text + differences(summary.changes, mostCharacters - text.length);
}

/** By it, whoever posts the comment finds the one of the last preview. */
function marker({ stack }: PreviewSummary): string {
  const of = stack === undefined ? "" : ` ${stack.replace(/[^\w./-]+/g, "-")}`;
  return `<!-- init-pod preview-comment${cut(of, 200)} -->`;
}

const doings: readonly [action: InitPodChange["action"], one: string, several: string][] = [
  ["replace", "is made anew", "are made anew"],
  ["create", "is new", "are new"],
  ["update", "changes in place", "change in place"],
  ["delete", "is removed", "are removed"],
  ["import", "is taken over", "are taken over"],
  ["keep", "keeps its Pod", "keep their Pods"],
];

function headline({ stack, failed, initPods }: PreviewSummary): string {
  const of = stack === undefined ? "Preview" : `Preview of ${code(cut(stack, 200))}`;
  if (failed) return `${of} failed`;
  const parts = doings.flatMap(([action, one, several]) => {
    const count = initPods.filter((initPod) => initPod.action === action).length;
    return count === 0 ? [] : `${counted(count, "InitPod")} ${count === 1 ? one : several}`;
  });
  return `${of}: ${parts.length === 0 ? "no InitPod changes" : parts.join(", ")}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function errorLines({ errors, changes }: PreviewSummary): string[] {
  if (errors.length === 0) return [];
  const limits = changes.length === 0 ? [] : ["It may do more than it came to say:", ""];
  return [...block(errors, rooms.errors), "", ...limits];
}

function warningLines(warnings: readonly string[]): string[] {
  if (warnings.length === 0) return [];
  return [...folded(counted(warnings.length, "warning"), block(warnings, rooms.warnings)), ""];
}

const longestLine = 1_000;

/** Messages as they are, one below the other. */
function block(messages: readonly string[], room: number): string[] {
  const lines = messages
    .flatMap((message, index) => [...(index === 0 ? [] : [""]), ...message.split("\n")])
    .map((line) => cut(cleanLine(line), longestLine));
  const { lines: shown, left } = fitting(lines, room);
  return [...fenced(shown), ...(left === 0 ? [] : ["", `${counted(left, "more line")} in the preview's own output.`])];
}

const titles = ["InitPod", "what happens", "why", "steps that run", "downtime"];

function tableLines(initPods: readonly InitPodChange[]): string[] {
  if (initPods.length === 0) return [];
  const fits = fitting(initPods.map(rowOf), rooms.table).left === 0;
  // What is left out for want of room shall be what matters least.
  const { lines, left } = fitting((fits ? initPods : gravestFirst(initPods)).map(rowOf), rooms.table);
  return [
    row(titles),
    row(titles.map(() => "---")),
    ...lines,
    ...(left === 0 ? [] : ["", `Not shown for want of room: ${counted(left, "more InitPod")}.`]),
    "",
  ];
}

/** Where nothing serves any more, for good or for a while, or nobody knows; then what is made anew. */
const gravity: readonly ((initPod: InitPodChange) => boolean)[] = [
  ({ action }) => action === "delete",
  ({ downtime }) => downtime === true,
  ({ action, downtime }) => action === "replace" && downtime === undefined,
  ({ action }) => action === "replace",
];

function gravestFirst(initPods: readonly InitPodChange[]): InitPodChange[] {
  const rank = (initPod: InitPodChange): number => {
    const found = gravity.findIndex((is) => is(initPod));
    return found === -1 ? gravity.length : found;
  };
  return [...initPods].sort((one, other) => rank(one) - rank(other));
}

const happens: Readonly<Record<InitPodChange["action"], string>> = {
  create: "new",
  replace: "**made anew**",
  update: "changes in place",
  delete: "**removed**",
  import: "taken over",
  keep: "its Pod stays",
};

function rowOf(initPod: InitPodChange): string {
  const { name, action, why, steps } = initPod;
  const names = steps?.map((step) => code(cut(step, longestName)));
  return row([
    code(cut(name, longestName)),
    happens[action],
    atMost(
      why.map((reason) => prose(cut(reason, longestReason))),
      mostReasons,
      "<br>",
    ),
    names === undefined ? "all; the preview does not tell their names" : atMost(names, mostSteps, ", "),
    downtimeOf(initPod),
  ]);
}

const longestName = 100;
const longestReason = 500;
const mostReasons = 6;
const mostSteps = 20;

function atMost(parts: readonly string[], most: number, separator: string): string {
  if (parts.length === 0) return "–";
  const left = parts.length - most;
  return [...parts.slice(0, most), ...(left > 0 ? [`and ${left} more`] : [])].join(separator);
}

function downtimeOf({ action, downtime }: InitPodChange): string {
  if (action === "delete") return "for good";
  if (action !== "replace") return "none";
  if (downtime === undefined) return "not known without `--show-replacement-steps`";
  return downtime
    ? "**yes**: the old Pod goes before the new one starts"
    : "none: the old Pod goes once the new one is Ready";
}

const done: Readonly<Record<Action, string>> = {
  create: "created",
  replace: "replaced",
  update: "updated",
  delete: "deleted",
  import: "imported",
};

function otherLines({ others, initPods, failed }: PreviewSummary): string[] {
  const parts = Object.entries(others).map(([action, count]) => `${count} ${done[action as Action]}`);
  if (parts.length > 0) return [`Other resources: ${parts.join(", ")}.`, ""];
  return initPods.length === 0 && !failed ? ["Nothing changes.", ""] : [];
}

type Shown = PreviewSummary["changes"][number];

/** What changes of what there is, before what is new: of that there is most, and least to say. */
const order: readonly Action[] = ["replace", "update", "delete", "import", "create"];

/** All that differs, resource by resource, in at most `room` characters. */
function differences(changes: readonly Shown[], room: number): string {
  if (changes.length === 0) return "";
  const lines = order.flatMap((action) => changes.filter((change) => change.action === action)).flatMap(resourceLines);
  const title = `All that differs, in ${counted(changes.length, "resource")}`;
  const around = folded(title, fenced([], "diff")).join("\n").length + 2 * longestRun(lines.join("\n")) + 200;
  const { lines: shown, left } = fitting(lines, Math.max(0, room - around));
  const note = `Left out for want of room: ${counted(left, "more line")}. \`pulumi preview --diff\` shows them.`;
  return folded(title, [...fenced(shown, "diff"), ...(left === 0 ? [] : ["", note])]).join("\n") + "\n";
}

function resourceLines({ action, type, name, fields }: Shown): string[] {
  return [`@@ ${action} ${visible(cut(`${type} ${name}`, longestPath))} @@`, ...fields.flatMap(fieldLines)];
}

const longestPath = 300;
const longestValue = 400;
/** Of a long value, what is shown before the place where it differs. */
const lead = 100;

function fieldLines({ path, before, after }: Field): string[] {
  const texts = [before, after].map((value) => (value === undefined ? undefined : JSON.stringify(value)));
  const start = startOf(texts);
  const line = (mark: string, text: string | undefined): string[] =>
    text === undefined
      ? []
      : [`${mark} ${visible(cut(path, longestPath))}: ${visible(cut(from(start, text), longestValue))}`];
  return [...line("-", texts[0]), ...line("+", texts[1])];
}

/** Where to begin, so that the place is seen where two long texts differ. */
function startOf([one, other]: readonly (string | undefined)[]): number {
  if (one === undefined || other === undefined || Math.max(one.length, other.length) <= longestValue) return 0;
  let same = 0;
  while (same < one.length && one[same] === other[same]) same++;
  return same <= 2 * lead ? 0 : same - lead;
}

function from(start: number, text: string): string {
  // No half of a character.
  return start === 0 ? text : `…${text.slice(start).replace(/^[\udc00-\udfff]/, "")}`;
}

/** Characters that can't be seen, or turn the direction of others, by their number. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const number = (character.codePointAt(0) ?? 0).toString(16).padStart(4, "0");
    return `\\u{${number}}`;
  });
}
