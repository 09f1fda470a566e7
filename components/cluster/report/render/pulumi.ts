import { cut, lengthOf, pulumiText, type TextStyle, wrap } from "../../../text";
import type { FailureReport, ReportedLog } from "../failure";
import type { Advice } from "../hints/types";
import type { TableRow } from "../table";

/** Columns of a terminal of 80, less the indentation with which Pulumi shows a message. */
const width = 76;
/** What Pulumi writes before the first line. */
const prefix = "error: ";
/** Of what Kubernetes says in one message, which may be pages. */
const maxMessageLines = 12;
const maxEventLines = 2;

/**
 * The report as the text of a Pulumi error. Log lines and commands aside, no line is longer than a terminal of 80 columns
 * has room for.
 */
export function renderForPulumi(report: FailureReport, style: TextStyle = pulumiText): string {
  const sections = [
    headline(report, style),
    table(report.table, style),
    log(report.log, style),
    titled(
      "Its last words:",
      report.words.map((line) => `  | ${line}`),
      style,
    ),
    titled("Events:", report.events.flatMap(eventLines), style),
    titled("What may help:", report.advice.flatMap(adviceLines), style),
    nextSteps(report.look, style),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function headline({ pod, container, attempts, cause }: FailureReport, { strong, bad }: TextStyle): string[] {
  const failed = `Pod ${pod} failed${attempts === undefined ? ":" : ""}`;
  const subject = container === undefined ? [failed] : [container, `of ${failed}`];
  const whole = subject.join(" ");
  const parts = lengthOf(prefix + whole) <= width ? [whole] : subject;
  const what = attempts === undefined ? cause : `${attempts}: ${cause}`;
  return [...parts.flatMap((part) => wrap(part, width)).map(strong), ...wrap(what, width, maxMessageLines).map(bad)];
}

const gap = "  ";
const titles = ["step", "state", "attempts", "time"];

function table(rows: readonly TableRow[], { bad }: TextStyle): string[] {
  if (rows.length === 0) return [];
  const cells = [titles, ...rows.map(({ name, state, attempts, time }) => [name, state, attempts, time])];
  const widest = titles.map((_, column) => Math.max(...cells.map((row) => lengthOf(row[column] ?? ""))));
  const others = widest.slice(1).reduce((sum, column) => sum + gap.length + column, gap.length);
  // Names are cut before anything else is.
  const widths = [Math.min(width - others, widest[0] ?? 0), ...widest.slice(1)];
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cut(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0))
      .join(gap)
      .trimEnd(),
  );
  return lines.map((line, at) => (rows[at - 1]?.isAtFault === true ? bad(`> ${line}`) : gap + line));
}

const logTitles = { whole: "Its log:", tail: "Last lines of its log:" } as const;

function log(reported: ReportedLog | undefined, { strong }: TextStyle): string[] {
  if (reported === undefined) return [];
  const { kind, lines } = reported;
  if (kind === "gone") return ["Its log is gone."];
  if (kind === "empty") return ["It logged nothing."];
  return [strong(logTitles[kind]), ...lines.map((line) => `  | ${line}`)];
}

function titled(title: string, lines: string[], { strong }: TextStyle): string[] {
  return lines.length === 0 ? [] : [strong(title), ...lines];
}

function eventLines(event: string): string[] {
  return wrap(event, width - 4, maxEventLines).map((line, at) => (at === 0 ? "  " : "    ") + line);
}

function adviceLines({ text, command }: Advice): string[] {
  return [
    ...wrap(text, width - 2).map((line) => `  ${line}`),
    ...(command ?? "")
      .split("\n")
      .filter(Boolean)
      .map((line) => `    ${line}`),
  ];
}

function nextSteps(look: string, { strong }: TextStyle): string[] {
  return [
    strong("Next:"),
    "  Mend the cause and run `pulumi up` again; it replaces this Pod at once.",
    ...labelled("To see more:", look),
    ...labelled("To go on without waiting for this Pod:", "INIT_POD_WAIT=0 pulumi up"),
  ];
}

function labelled(label: string, command: string): string[] {
  const line = `  ${label} ${command}`;
  return line.length <= width ? [line] : [`  ${label}`, `    ${command}`];
}
