import { type Expectations, timeoutOf, toleratedRetries } from "../../contract";
import { formatDuration } from "../../text";
import { type ContainerInPod, containersOf, isOutOfMemory } from "../containers";
import { conditionOf, type ContainerStatus, lastSeenMs, type Pod, type PodEvent } from "../pods";
import { failedAttempt } from "./attempts";
import type { FailedVerdict, Judged, Suspicion, Verdict } from "./types";
import { holdsUpNext, isWaitedFor } from "./waitedFor";
import { unstartable } from "./waiting";

type ContainerRule = (
  container: ContainerInPod,
  expected: Judged,
  pod: Pod,
  all: readonly ContainerInPod[],
) => Suspicion | undefined;

const containerRules: readonly ContainerRule[] = [unstartable, attemptsUsedUp, overdue, endedTooEarly];

const podRules: readonly ((pod: Pod, events: readonly PodEvent[]) => Suspicion | undefined)[] = [
  unscheduled,
  unmounted,
  unreported,
];

/** All that may keep a Pod that lives from getting Ready: containers in the order in which they start, then the rest. */
export function suspicionsOf(pod: Pod, events: readonly PodEvent[], expected: Judged): Suspicion[] {
  const all = containersOf(pod);
  return [
    ...all.flatMap((container) => containerRules.map((rule) => rule(container, expected, pod, all))),
    ...podRules.map((rule) => rule(pod, events)),
  ].filter((suspicion) => suspicion !== undefined);
}

/** A Pod that is being deleted or has failed as a whole: it stays so, whatever its containers' last states were. */
export function lostForGood(pod: Pod): FailedVerdict | undefined {
  return deleted(pod) ?? failedAsAWhole(pod);
}

/** What is to be said of a Pod whose app has ended with success. */
export function completion(pod: Pod, { mustServe }: Expectations): Verdict {
  if (!mustServe) return { kind: "completed" };
  return appEnded(pod.status?.containerStatuses?.[0], pod.spec?.containers?.[0]?.name);
}

/** Source: https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions */
function disruption(pod: Pod): { reason?: string; message?: string } {
  const condition = conditionOf(pod, "DisruptionTarget");
  return condition?.status === "True" ? condition : {};
}

function deleted(pod: Pod): FailedVerdict | undefined {
  if (pod.metadata.deletionTimestamp === undefined) return undefined;
  const { reason, message } = disruption(pod);
  const { status } = pod;
  return {
    kind: "failed",
    reason: status?.reason ?? reason ?? "Deleted",
    message: status?.message ?? message ?? "the Pod is being deleted",
  };
}

/** Evicted, rejected by the node's kubelet, past its own deadline, or out of containers that may run again. */
function failedAsAWhole(pod: Pod): FailedVerdict | undefined {
  const { phase, reason, message } = pod.status ?? {};
  if (phase !== "Failed") return undefined;
  const why = reason ?? disruption(pod).reason;
  if (why !== undefined) return { kind: "failed", reason: why, message: message ?? disruption(pod).message };
  const attempts = containersOf(pod).map((container) => failedAttempt(container, 0));
  return attempts.find((attempt) => attempt !== undefined) ?? { kind: "failed", reason: "Failed", message };
}

function attemptsUsedUp(
  container: ContainerInPod,
  { retries }: Expectations,
  pod: Pod,
  all: readonly ContainerInPod[],
): Suspicion | undefined {
  const { name } = container.status;
  const failure = failedAttempt(container, toleratedRetries(retries, name));
  if (failure === undefined || (container.role === "sidecar" && !isWaitedFor(container, all, pod))) return undefined;
  return { failure };
}

/** An attempt that takes longer than it may, of a sidecar: until it has started. No other attempt follows it by itself. */
function overdue(
  container: ContainerInPod,
  { timeouts, runningSeconds }: Judged,
  _: Pod,
  all: readonly ContainerInPod[],
): Suspicion | undefined {
  const { role, status } = container;
  const limit = timeoutOf(timeouts, status.name);
  const ran = runningSeconds?.get(status.name);
  if (limit === undefined || ran === undefined || ran < limit || status.state?.running === undefined) return undefined;
  if (role === "sidecar" && !holdsUpNext(container, all)) return undefined;
  const so = `${role === "sidecar" ? "it has not started after" : "it has run for"} ${formatDuration(ran * 1000)}`;
  const message = `${so}, and its timeoutSeconds are ${limit}`;
  return { failure: { kind: "failed", container: status.name, reason: "StepTimeout", message } };
}

/** An app container that has ended for good leaves the Pod unready for good, even where others go on. */
function endedTooEarly({ role, status, restarts }: ContainerInPod, { mustServe }: Expectations): Suspicion | undefined {
  if (!mustServe || role !== "app" || status.state?.terminated?.exitCode !== 0 || restarts({ exitCode: 0 }))
    return undefined;
  return { failure: appEnded(status, status.name) };
}

/** Where kubelet counts an exit as success, a process that was killed for want of memory may still be why it came. */
function appEnded(status: ContainerStatus | undefined, container: string | undefined): FailedVerdict {
  const exit = status?.state?.terminated;
  if (exit !== undefined && isOutOfMemory(exit)) {
    return { kind: "failed", container, reason: "OOMKilled", exitCode: exit.exitCode, message: exit.message };
  }
  const message = "the app ended by itself, so nothing serves its port";
  return { kind: "failed", container, reason: "Completed", message };
}

/** What cluster-autoscaler and Karpenter say of a Pod for which they add a node. */
const scaleUpReasons = new Set(["TriggeredScaleUp", "Nominated"]);

/** A Pod with a scheduling gate is not looked at by the scheduler yet: whoever set the gate takes their time. */
function unscheduled(pod: Pod, events: readonly PodEvent[]): Suspicion | undefined {
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status !== "False" || scheduled.reason === "SchedulingGated") return undefined;
  const scalesUp = events.some(({ reason = "" }) => scaleUpReasons.has(reason));
  return {
    failure: { kind: "failed", reason: scheduled.reason ?? "Unschedulable", message: scheduled.message },
    grace: scalesUp ? "scaleUp" : "unschedulable",
  };
}

const missing = /not found|non-existent/;
/** It sums up what earlier events told in detail. */
const summary = "Unable to attach or mount volumes";

/**
 * A Secret or ConfigMap that is missing for a *mount* shows in no status, only as an event. Such an event outlives its
 * cause, so it counts only until the Pod's sandbox is made, which needs all volumes.
 */
function unmounted(pod: Pod, events: readonly PodEvent[]): Suspicion | undefined {
  const mounted =
    conditionOf(pod, "PodReadyToStartContainers")?.status === "True" ||
    containersOf(pod).some(({ status }) => (status.containerID ?? "") !== "");
  if (mounted) return undefined;
  const last = events
    .filter(({ reason, message = "" }) => reason === "FailedMount" && !message.startsWith(summary))
    .reduce<PodEvent | undefined>(
      (latest, event) => (latest && lastSeenMs(latest) > lastSeenMs(event) ? latest : event),
      undefined,
    );
  if (last?.message === undefined || !missing.test(last.message)) return undefined;
  return {
    failure: { kind: "failed", reason: "FailedMount", message: last.message },
    grace: "missingConfig",
    seenSeconds: (lastSeenMs(last) - Date.parse(last.firstTimestamp ?? "")) / 1000 || 0,
  };
}

/** Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase */
function unreported({ status }: Pod): Suspicion | undefined {
  if (status?.phase !== "Unknown") return undefined;
  const { reason = "NodeLost", message = "the Pod's node does not report its state" } = status;
  return { failure: { kind: "failed", reason, message }, grace: "lostNode" };
}
