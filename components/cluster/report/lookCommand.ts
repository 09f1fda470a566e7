import type { FailureFacts } from "./facts";

/** The command that shows more of a failure than a report has room for. */
export function lookCommand(facts: FailureFacts, kubectl = "kubectl"): string {
  const { namespace, podName, container, verdict, status } = facts;
  const isRunning = status?.state?.running !== undefined;
  const at = `-n ${namespace} ${podName}`;
  if (container !== undefined && (verdict.exitCode !== undefined || isRunning)) {
    // While the next attempt runs, the log of the one that failed is the previous one.
    const previous = verdict.exitCode !== undefined && isRunning ? " --previous" : "";
    return `${kubectl} logs ${at} -c ${container}${previous}`;
  }
  return verdict.reason === "Deleted"
    ? `${kubectl} get events -n ${namespace} --field-selector involvedObject.name=${podName}`
    : `${kubectl} describe pod ${at}`;
}
