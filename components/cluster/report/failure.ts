import { cleanLine, lengthOf, plainText, type TextStyle, wrap } from "../../text";
import type { Tail } from "../logs";
import type { Pod, PodEvent } from "../pods";
import type { FailedVerdict } from "../verdict";
import { type Advice, failureAdvice } from "./advice";
import { failureEvents } from "./events";
import { type FailureFacts, failureFacts } from "./facts";
import { failedAttempts, failedBecause, failedSubject } from "./headline";
import { lookCommand } from "./lookCommand";
import { failureTable } from "./table";

/** All that the report of a Pod that can't get Ready says. */
export interface Failure {
  pod: Pod;
  verdict: FailedVerdict;
  /** Last log lines of the container at fault, without secrets. */
  tail: Tail;
  /** Events of the Pod. */
  events?: readonly PodEvent[];
  /** The time that running containers and events are compared with. Default: durations that need it are left out. */
  now?: Date;
  /** Hides known secrets, before anything is cut. */
  mask?: (text: string) => string;
}

/** Columns of a terminal of 80, less the indentation with which Pulumi shows a message. */
const width = 76;
/** What Pulumi writes before the first line. */
const prefix = "error: ";
/** Of what Kubernetes says in one message, which may be pages. */
const maxMessageLines = 6;

/**
 * The report of a Pod that can't get Ready: what failed and why, the state of all steps, the log's end, events, what may
 * help, and the next commands. Log lines and commands aside, no line is longer than a terminal of 80 columns has room for.
 */
export function describeFailure(failure: Failure, style: TextStyle = plainText): string {
  const { pod, verdict, tail, events = [], now, mask = (text: string) => text } = failure;
  const facts = failureFacts(pod, verdict);
  const sections = [
    headline(facts, style, mask),
    failureTable(pod, verdict.container, style, width, now),
    logSection(facts, tail, style, mask),
    titled("Events:", failureEvents(events, verdict.message, mask, width, now), style),
    titled("What may help:", failureAdvice(facts, tail.lines).flatMap(adviceLines), style),
    nextSteps(facts, style),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function headline(facts: FailureFacts, { strong, bad }: TextStyle, mask: (text: string) => string): string[] {
  const attempts = failedAttempts(facts);
  const because = failedBecause(facts, mask);
  const subject = failedSubject(facts, attempts === undefined ? ":" : "");
  const whole = subject.join(" ");
  const parts = lengthOf(prefix + whole) <= width ? [whole] : subject;
  const what = attempts === undefined ? because : `${attempts}: ${because}`;
  return [...parts.flatMap((part) => wrap(part, width)).map(strong), ...wrap(what, width, maxMessageLines).map(bad)];
}

function logSection(
  { verdict, container }: FailureFacts,
  tail: Tail,
  { strong }: TextStyle,
  mask: (text: string) => string,
): string[] {
  if (container === undefined) return [];
  if (tail.lines.length > 0) {
    return [strong(tail.truncated ? "Last lines of its log:" : "Its log:"), ...tail.lines.map((line) => `  | ${line}`)];
  }
  if (verdict.exitCode === undefined) return [];
  // Kubelet keeps the last words of a container, or of its log, in the Pod's status.
  const lastWords = (verdict.message ?? "")
    .split("\n")
    .map((line) => mask(cleanLine(line)))
    .filter(Boolean);
  if (lastWords.length > 0) return [strong("Its last words:"), ...lastWords.map((line) => `  | ${line}`)];
  return [tail.gone === true ? "Its log is gone." : "It logged nothing."];
}

function titled(title: string, lines: string[], { strong }: TextStyle): string[] {
  return lines.length === 0 ? [] : [strong(title), ...lines];
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

function nextSteps(facts: FailureFacts, { strong }: TextStyle): string[] {
  return [
    strong("Next:"),
    "  Mend the cause and run `pulumi up` again; it replaces this Pod at once.",
    ...labelled("To see more:", lookCommand(facts)),
    ...labelled("To go on without waiting for this Pod:", "INIT_POD_WAIT=0 pulumi up"),
  ];
}

function labelled(label: string, command: string): string[] {
  const line = `  ${label} ${command}`;
  return line.length <= width ? [line] : [`  ${label}`, `    ${command}`];
}
