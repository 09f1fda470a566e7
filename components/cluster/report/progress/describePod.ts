import { isDeleting, type Pod } from "../../pods";
import type { ProgressVerdict, Verdict } from "../../verdict";
import { failureFacts } from "../facts";
import { failedBriefly } from "../headline";
import { type Retry, standingOf } from "./standing";

/** What a Pod does, as an end of the sentence "Pod NAME …". */
export function describePod(pod: Pod, verdict: Verdict): string {
  if (isDeleting(pod)) return "is being deleted";
  switch (verdict.kind) {
    case "ready":
      return "is Ready";
    case "completed":
      return "has ended, as it should";
    case "failed":
      // Such a Pod may well be Ready.
      if (verdict.reason === "LabelMissing") return "has lost the label by which it is found";
      return `can't get Ready: ${failedBriefly(failureFacts(pod, verdict))}`;
    default:
      return describeProgress(pod, verdict);
  }
}

function describeProgress(pod: Pod, at: ProgressVerdict): string {
  const standing = standingOf(pod, at);
  switch (standing.kind) {
    case "unplaced":
      return "waits for a node";
    case "restarts":
      return "restarts in place" + (standing.by.length === 0 ? "" : `, as a rule of ${standing.by.join(" and ")} says`);
    case "retries":
      return describeRetry(standing.retry);
    case "initializing": {
      const { container, isRunning, reason, beside } = standing;
      const doing = isRunning && reason === "" ? `runs init step ${container}` : waitsToStart(container, reason);
      return (
        doing + beside.map((one) => `; its sidecar ${one.container} ${one.how} meanwhile and is started again`).join("")
      );
    }
    case "starting": {
      const { container, isRunning, reason } = standing;
      if (container === undefined || (isRunning && reason === ""))
        return `is starting and not Ready yet${because(reason)}`;
      return waitsToStart(container, reason);
    }
  }
}

function describeRetry({ container, role, how, isRunning }: Retry): string {
  const what = role === "app" ? `container ${container}` : `init step ${container}`;
  return isRunning ? `runs ${what} again, which ${how}` : `waits for ${what}, which ${how}`;
}

function waitsToStart(container: string, reason: string): string {
  return `waits to start ${container}${because(reason)}`;
}

function because(reason: string): string {
  return reason === "" ? "" : ` (${reason})`;
}
