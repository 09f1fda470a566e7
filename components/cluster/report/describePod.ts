import { containerState, isDeleting, type Pod, statusesOf } from "../pods";
import type { Verdict } from "../verdict";
import { failureFacts } from "./facts";
import { failedBriefly } from "./headline";

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
      return describeProgress(pod);
  }
}

function describeProgress(pod: Pod): string {
  const of = (name: string): string => `init step ${name}`;
  const init = (pod.status?.initContainerStatuses ?? []).map((status) => ({ status, ...containerState(status) }));
  const failed = init.find(({ kind }) => kind === "failed");
  if (failed)
    return `waits for ${of(failed.status.name)}, which failed with exit code ${failed.ended?.exitCode ?? "?"}`;
  const running = init.findLast(({ kind }) => kind === "running");
  const isInitialized = init.every(({ kind }) => kind === "running" || kind === "done");
  const app = (pod.status?.containerStatuses ?? []).map(containerState);
  if (running && !(isInitialized && app.some(({ kind }) => kind === "running")))
    return `runs ${of(running.status.name)}`;
  const waiting = statusesOf(pod).find((status) => isWaiting(containerState(status).kind));
  if (waiting) {
    const { reason } = containerState(waiting);
    return `waits to start ${waiting.name}${reason === undefined ? "" : ` (${reason})`}`;
  }
  return pod.status?.phase === "Pending" ? "waits for a node" : "is starting and not Ready yet";
}

function isWaiting(kind: string): boolean {
  return kind === "waiting" || kind === "held";
}
