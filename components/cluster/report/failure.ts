import { cleanLine } from "../../text";
import type { Tail } from "../logs";
import type { Pod, PodEvent } from "../pods";
import type { FailedVerdict } from "../verdict";
import { failureAdvice, lookCommand } from "./advice";
import { failureEvents } from "./events";
import { type FailureFacts, failureFacts } from "./facts";
import { failedAttempts, failedBecause, failedContainer, hasRun } from "./headline";
import type { Advice } from "./hints/types";
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
  /** The latest warnings, one a line. */
  events: string[];
  advice: Advice[];
  /** The command that shows more. */
  look: string;
}

export interface ReportedLog {
  /** `tail`: the last lines of a longer one. `words`: what is left of it in the Pod's status. */
  kind: "whole" | "tail" | "words" | "gone" | "empty";
  lines: readonly string[];
}

/** What is to be told of a Pod that can't get Ready: what failed and why, the log's end, what may help, the next command. */
export function failureReport({ pod, verdict, tail, events = [], now, mask = asItIs }: Failure): FailureReport {
  const facts = failureFacts(pod, verdict);
  return {
    pod: `${facts.namespace}/${facts.podName}`,
    container: failedContainer(facts),
    attempts: failedAttempts(facts),
    cause: failedBecause(facts, mask),
    table: failureTable(pod, verdict.container, now),
    log: reportedLog(facts, tail, mask),
    events: failureEvents(events, verdict.message, mask, now),
    advice: failureAdvice(facts, tail.lines),
    look: lookCommand(facts),
  };
}

function asItIs(text: string): string {
  return text;
}

function reportedLog(
  { verdict, container }: FailureFacts,
  { lines, truncated, gone }: Tail,
  mask: (text: string) => string,
): ReportedLog | undefined {
  if (container === undefined) return undefined;
  if (lines.length > 0) return { kind: truncated ? "tail" : "whole", lines };
  if (!hasRun(verdict)) return undefined;
  // Kubelet keeps the last words of a container, or of its log, in the Pod's status.
  const words = (verdict.message ?? "").split("\n").flatMap((line) => mask(cleanLine(line)) || []);
  if (words.length > 0) return { kind: "words", lines: words };
  return { kind: gone === true ? "gone" : "empty", lines: [] };
}
