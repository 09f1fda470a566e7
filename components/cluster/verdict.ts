import type { ContainerStatus, Pod, PodEvent, TerminatedState } from "./pod";
import { conditionOf, isReady } from "./pod";

/** What is to be said of a Pod: it goes on, it is done, or it can't get Ready. */
export type Verdict =
  { kind: "pending" | "initializing" | "starting" | "ready" | "completed"; container?: string } | FailedVerdict;

export interface FailedVerdict {
  kind: "failed";
  /** Init or app container at fault; none where the Pod as a whole is. */
  container?: string;
  /** A Kubernetes reason such as `CrashLoopBackOff`, `InvalidImageName`, `Evicted`. */
  reason: string;
  /** Exit code of the last failed attempt. */
  exitCode?: number;
  /** What Kubernetes says of it. */
  message?: string;
}

export interface VerdictSettings {
  /** Failing attempts of a container that are tolerated after the first: one number, or one per container. */
  retries: number | { default: number; byContainer: Record<string, number> };
  /** For how many seconds this very state has been seen. */
  seenSeconds: number;
  /** Whether a Pod that ran to its end has failed its purpose: true where it should serve a port. */
  mustServe?: boolean;
}

/** Seconds for which a state that may heal by itself is tolerated. */
export const graceSeconds = {
  /** A registry that is briefly away, or a pull secret that comes a moment later. */
  imagePull: 30,
  /** A Secret or ConfigMap that another resource of the same deployment is about to create. */
  missingConfig: 20,
  /** An autoscaler that adds a node. */
  unschedulable: 60,
} as const;

const fatalWaitingReasons = new Set(["InvalidImageName", "ErrImageNeverPull", "RunContainerError"]);
const imagePullReasons = new Set(["ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "ImageInspectError"]);

/**
 * Judges a Pod by its status alone.
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
 */
export function verdict(pod: Pod, events: readonly PodEvent[], settings: VerdictSettings): Verdict {
  const { phase } = pod.status ?? {};
  const policy = pod.spec?.restartPolicy ?? "Always";
  const initStatuses = pod.status?.initContainerStatuses ?? [];
  const appStatuses = pod.status?.containerStatuses ?? [];
  const sidecars = new Set(
    (pod.spec?.initContainers ?? []).filter((init) => init.restartPolicy === "Always").map((init) => init.name),
  );

  if (pod.metadata.deletionTimestamp !== undefined) {
    return { kind: "failed", reason: "Deleted", message: "the Pod is being deleted" };
  }
  if (isReady(pod)) return { kind: "ready" };
  if (phase === "Succeeded") {
    return settings.mustServe
      ? { kind: "failed", reason: "Completed", message: "the app ended by itself, so nothing serves its port" }
      : { kind: "completed" };
  }
  for (const status of [...initStatuses, ...appStatuses]) {
    const restarts = sidecars.has(status.name) || policy === "Always" || policy === "OnFailure";
    const failure = failureOf(status, restarts, settings);
    if (failure) return failure;
  }
  if (phase === "Failed") {
    return { kind: "failed", reason: pod.status?.reason ?? "Failed", message: pod.status?.message };
  }
  return unscheduled(pod, settings) ?? unmounted(pod, events, settings) ?? progressOf(pod, sidecars);
}

function failureOf(status: ContainerStatus, restarts: boolean, settings: VerdictSettings): FailedVerdict | undefined {
  const waiting = status.state?.waiting;
  const reason = waiting?.reason ?? "";
  const failed = (): FailedVerdict => ({
    kind: "failed",
    container: status.name,
    reason,
    message: waiting?.message,
  });
  if (fatalWaitingReasons.has(reason)) return failed();
  if (imagePullReasons.has(reason)) return settings.seenSeconds >= graceSeconds.imagePull ? failed() : undefined;
  if (reason === "CreateContainerConfigError" || reason === "CreateContainerError") {
    if (waiting?.message?.includes("services have not yet been read") === true) return undefined;
    const mayHeal = waiting?.message?.includes("not found") === true && reason === "CreateContainerConfigError";
    return !mayHeal || settings.seenSeconds >= graceSeconds.missingConfig ? failed() : undefined;
  }
  const attempt = failedAttempt(status);
  if (attempt === undefined) return undefined;
  const tolerated = restarts ? retriesOf(status.name, settings) : 0;
  if (status.restartCount + 1 <= tolerated) return undefined;
  return {
    kind: "failed",
    container: status.name,
    reason: attempt.reason ?? (reason || "Error"),
    exitCode: attempt.exitCode,
    message: attempt.message,
  };
}

/** The failed exit that the container now stands at; none while it runs or after it succeeded. */
function failedAttempt(status: ContainerStatus): TerminatedState | undefined {
  const ended = status.state?.terminated ?? (status.state?.waiting ? status.lastState?.terminated : undefined);
  return ended !== undefined && ended.exitCode !== 0 ? ended : undefined;
}

function retriesOf(container: string, { retries }: VerdictSettings): number {
  return typeof retries === "number" ? retries : (retries.byContainer[container] ?? retries.default);
}

function unscheduled(pod: Pod, { seenSeconds }: VerdictSettings): FailedVerdict | undefined {
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status !== "False" || scheduled.reason !== "Unschedulable") return undefined;
  if (seenSeconds < graceSeconds.unschedulable) return undefined;
  return { kind: "failed", reason: "Unschedulable", message: scheduled.message };
}

/** A Secret or ConfigMap that is missing for a *mount* shows in no status, only as an event. */
function unmounted(pod: Pod, events: readonly PodEvent[], { seenSeconds }: VerdictSettings): FailedVerdict | undefined {
  const started = (pod.status?.initContainerStatuses ?? pod.status?.containerStatuses ?? []).some(
    (status) => status.containerID !== undefined && status.containerID !== "",
  );
  if (started || seenSeconds < graceSeconds.missingConfig) return undefined;
  const event = events.find(
    ({ reason, message }) => reason === "FailedMount" && message?.includes("not found") === true,
  );
  return event && { kind: "failed", reason: "FailedMount", message: event.message };
}

function progressOf(pod: Pod, sidecars: ReadonlySet<string>): Verdict {
  if (conditionOf(pod, "PodScheduled")?.status !== "True") return { kind: "pending" };
  const current = (pod.status?.initContainerStatuses ?? []).find((status) =>
    sidecars.has(status.name) ? status.started !== true : status.state?.terminated?.exitCode !== 0,
  );
  if (conditionOf(pod, "Initialized")?.status === "True" || current === undefined) return { kind: "starting" };
  return { kind: "initializing", container: current.name };
}
