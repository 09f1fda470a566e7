import { ownPrefix } from "../../contract";
/** The part of a Kubernetes Pod that is read here. */
export interface RawPod {
  metadata: {
    uid: string;
    name: string;
    namespace: string;
    creationTimestamp: string;
    deletionTimestamp?: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    conditions?: { type: string; status: string; message?: string }[];
    initContainerStatuses?: RawContainerStatus[];
    containerStatuses?: RawContainerStatus[];
  };
}

interface RawContainerStatus {
  name: string;
  restartCount: number;
  ready?: boolean;
  started?: boolean;
  state?: {
    waiting?: { reason?: string; message?: string };
    running?: { startedAt?: string };
    terminated?: { exitCode: number; reason?: string; startedAt?: string; finishedAt?: string };
  };
  lastState?: RawContainerStatus["state"];
}

/** What one container does. */
export interface ContainerSummary {
  name: string;
  state: "waiting" | "running" | "done" | "failed";
  /** Kubernetes' word for it, such as `CrashLoopBackOff`. */
  reason?: string;
  /** What Kubernetes says of a container that can't start. */
  message?: string;
  /** Of the last attempt that ended. */
  exitCode?: number;
  restarts: number;
  /** Of the attempt that runs, else of the last that ended. */
  startedAt?: string;
  finishedAt?: string;
}

/** What the forwarder and `status` know of a Pod. */
export interface PodSummary {
  uid: string;
  name: string;
  namespace: string;
  createdAt: number;
  deleting: boolean;
  ready: boolean;
  phase: string;
  /** What Kubernetes says of a Pod that has no node, or that it ended. */
  message?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  init: ContainerSummary[];
  containers: ContainerSummary[];
}

/** Keeps of a Pod what is needed: a watch holds many of them. */
export function summarize(pod: RawPod): PodSummary {
  const { metadata, status = {} } = pod;
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([name]) => name.startsWith(ownPrefix));
  return {
    uid: metadata.uid,
    name: metadata.name,
    namespace: metadata.namespace,
    createdAt: Date.parse(metadata.creationTimestamp),
    deleting: metadata.deletionTimestamp !== undefined,
    ready: (status.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True"),
    phase: status.phase ?? "Unknown",
    message: messageOf(status),
    labels: metadata.labels ?? {},
    annotations: Object.fromEntries(annotations),
    init: (status.initContainerStatuses ?? []).map(summarizeContainer),
    containers: (status.containerStatuses ?? []).map(summarizeContainer),
  };
}

function messageOf({ reason, message, conditions = [] }: NonNullable<RawPod["status"]>): string | undefined {
  if (reason !== undefined) return message === undefined ? reason : `${reason}: ${message}`;
  return conditions.find(({ type, status }) => type === "PodScheduled" && status === "False")?.message;
}

function summarizeContainer(raw: RawContainerStatus): ContainerSummary {
  const { waiting, running, terminated } = raw.state ?? {};
  const ended = terminated ?? raw.lastState?.terminated;
  return {
    name: raw.name,
    state: running ? "running" : terminated ? (terminated.exitCode === 0 ? "done" : "failed") : "waiting",
    reason: waiting?.reason ?? terminated?.reason,
    message: waiting?.message,
    exitCode: ended?.exitCode,
    restarts: raw.restartCount,
    startedAt: (running ?? ended)?.startedAt,
    finishedAt: running ? undefined : ended?.finishedAt,
  };
}

/** The Pod that new connections go to: the newest Ready one that nobody is deleting. */
export function currentPod(pods: Iterable<PodSummary>): PodSummary | undefined {
  let best: PodSummary | undefined;
  for (const pod of pods) {
    if (pod.ready && !pod.deleting && (best === undefined || isNewer(pod, best))) best = pod;
  }
  return best;
}

/** The Pod to speak of while none is Ready: the newest, deleted ones last. */
export function latestPod(pods: Iterable<PodSummary>): PodSummary | undefined {
  let best: PodSummary | undefined;
  for (const pod of pods) {
    const better = best === undefined || (pod.deleting === best.deleting ? isNewer(pod, best) : best.deleting);
    if (better) best = pod;
  }
  return best;
}

function isNewer(pod: PodSummary, other: PodSummary): boolean {
  // The API server's times have whole seconds, so names decide between two of one second, the same way each time.
  return pod.createdAt === other.createdAt ? pod.name > other.name : pod.createdAt > other.createdAt;
}

/** Reasons to wait that tell of no trouble. */
const idleReasons = new Set(["PodInitializing", "ContainerCreating"]);

/** Whether the last attempt failed and no other one runs. */
export function hasFailed({ state, exitCode }: ContainerSummary): boolean {
  return state === "failed" || (state === "waiting" && exitCode !== undefined && exitCode !== 0);
}

/** Why a container can't start, such as `ErrImagePull`. A pause between two attempts is no reason. */
export function obstacleOf({ state, reason }: ContainerSummary): string | undefined {
  if (state !== "waiting" || reason === undefined || idleReasons.has(reason)) return undefined;
  return reason === "CrashLoopBackOff" ? undefined : reason;
}

/** What a Pod that is not Ready does, as an end of the sentence "Pod NAME …". */
export function describePod(pod: PodSummary): string {
  if (pod.deleting) return "is being deleted";
  const blocked = pod.init.find(hasFailed);
  if (blocked) return `waits for init step ${blocked.name}, which failed with exit code ${blocked.exitCode ?? "?"}`;
  const running = pod.init.filter((step) => step.state === "running").at(-1);
  const initialized = pod.init.every((step) => step.state !== "waiting");
  if (running && !(initialized && pod.containers.some((container) => container.state === "running"))) {
    return `runs init step ${running.name}`;
  }
  const waiting = [...pod.init, ...pod.containers].find((container) => container.state === "waiting");
  if (waiting) return `waits to start ${waiting.name}${waiting.reason ? ` (${waiting.reason})` : ""}`;
  if (pod.phase === "Succeeded" || pod.phase === "Failed") return `has ended (${pod.phase})`;
  return pod.phase === "Pending" ? "waits for a node" : "is starting and not Ready yet";
}
