import type { Tail } from "../logs";
import type { Pod, PodEvent } from "../pods";
import type { FailedVerdict } from "../verdict";
import { failureAdvice, lookCommand } from "./advice";
import { failureEvents } from "./events";
import { type FailureFacts, failureFacts } from "./facts";
import { failedAttempts, failedBecause, failedContainer, hasRun, isOverTime } from "./headline";
import type { Advice } from "./hints/types";
import { isWithin, lastWords } from "./lastWords";
import { failureTable, type TableRow } from "./table";

/** All that is known of a Pod that can't get Ready. */
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

/**
 * The report of a Pod that can't get Ready, in the order in which it is read. No secret is in it, nor a character that
 * steers a terminal; how it is laid out and coloured is for who renders it.
 */
export interface FailureReport {
  /** `NAMESPACE/NAME` of the Pod. */
  pod: string;
  /** Who failed, such as `init container "fetch"`; undefined where the Pod as a whole did. */
  container?: string;
  /** `after 2 attempts`; undefined where none has an exit code. */
  attempts?: string;
  /** What happened, in one sentence. */
  cause: string;
  /** Every container; empty where that would tell no more than the above. */
  table: TableRow[];
  /** What the container at fault logged last; undefined where none is at fault, or it never ran. */
  log?: ReportedLog;
  /** What it left in its termination file, where that is not what its log says anyway. */
  words: readonly string[];
  /** The latest warnings, one a line. */
  events: string[];
  advice: Advice[];
  /** The command that shows more. */
  look: string;
}

export interface ReportedLog {
  /** `tail`: the last lines of a longer one. */
  kind: "whole" | "tail" | "gone" | "empty";
  lines: readonly string[];
}

/** What is to be told of a Pod that can't get Ready: what failed and why, the log's end, what may help, the next command. */
export function failureReport({ pod, verdict, tail, events = [], now, mask = asItIs }: Failure): FailureReport {
  const facts = failureFacts(pod, verdict);
  const said = whatItSaid(facts, tail, mask);
  return {
    pod: `${facts.namespace}/${facts.podName}`,
    container: failedContainer(facts),
    attempts: failedAttempts(facts),
    cause: failedBecause(facts, mask),
    table: failureTable(pod, verdict.container, now),
    ...said,
    events: failureEvents(events, verdict.message, mask, now),
    advice: failureAdvice(facts, [...tail.lines, ...said.words]),
    look: lookCommand(facts),
  };
}

function asItIs(text: string): string {
  return text;
}

/** The end of its log and its last words: both, unless one of them holds the other. */
function whatItSaid(
  facts: FailureFacts,
  tail: Tail,
  mask: (text: string) => string,
): Pick<FailureReport, "log" | "words"> {
  const log = reportedLog(facts, tail);
  const said = facts.verdict.container === undefined || isOverTime(facts.verdict) ? [] : wordsOf(facts, mask);
  if (said.length === 0 || log === undefined) return { log, words: said };
  if (log.lines.length === 0) return { log: undefined, words: said };
  if (isWithin(said, log.lines)) return { log, words: [] };
  // The end of a longer log, of which the words are more.
  if (isWithin(log.lines, said)) return log.kind === "tail" ? { log, words: [] } : { log: undefined, words: said };
  return { log, words: said };
}

function wordsOf({ status, verdict }: FailureFacts, mask: (text: string) => string): string[] {
  const exit = status?.state?.terminated ?? status?.lastState?.terminated;
  const { exitCode, message } = verdict;
  return lastWords(exit?.message === undefined && exitCode !== undefined ? { exitCode, message } : exit, mask);
}

function reportedLog({ verdict, container }: FailureFacts, { lines, truncated, gone }: Tail): ReportedLog | undefined {
  if (container === undefined) return undefined;
  if (lines.length > 0) return { kind: truncated ? "tail" : "whole", lines };
  if (!hasRun(verdict)) return undefined;
  return { kind: gone === true ? "gone" : "empty", lines: [] };
}
