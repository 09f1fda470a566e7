import { containersOf, restartingAll, restartsInPlace, succeeded } from "../containers";
import { conditionOf, type Pod, statusesOf } from "../pods";
import type { FailedVerdict, ProgressVerdict } from "./types";
import { holdsUpNext } from "./waitedFor";

/** How far a Pod that isn't Ready has got; `doubt` is what may turn out to be its failure. */
export function progressOf(pod: Pod, doubt?: FailedVerdict): ProgressVerdict {
  const stage = stageOf(pod);
  if (doubt === undefined) return stage;
  const { container = stage.container, reason, message } = doubt;
  return { kind: stage.kind, container, reason, message };
}

function stageOf(pod: Pod): ProgressVerdict {
  const scheduled = conditionOf(pod, "PodScheduled");
  // Where kubelet tells of containers or that they run, there is a node.
  const isPlaced = scheduled?.status === "True" || statusesOf(pod).length > 0 || pod.status?.phase === "Running";
  if (!isPlaced) {
    return { kind: "pending", reason: scheduled?.reason, message: scheduled?.message };
  }
  const reason = restartsInPlace(pod) === undefined ? undefined : { reason: restartingAll };
  const current = unfinishedInit(pod);
  return current === undefined
    ? { ...starting(pod), ...reason }
    : { kind: "initializing", container: current, ...reason };
}

/**
 * The init container that the Pod is at; none once its app runs. The condition `Initialized` alone does not tell: it stays
 * true while all containers restart, and is true where an init container was killed for want of memory and ended with 0.
 */
function unfinishedInit(pod: Pod): string | undefined {
  const all = containersOf(pod);
  if (all.some(({ role, status: { state } }) => role === "app" && state?.running !== undefined)) return undefined;
  const inits = pod.spec?.initContainers ?? pod.status?.initContainerStatuses ?? [];
  return inits.find(({ name }) => {
    const found = all.find(({ role, status }) => role !== "app" && status.name === name);
    if (found?.role !== "sidecar") return !succeeded(found?.status.state?.terminated);
    return holdsUpNext(found, all);
  })?.name;
}

function starting(pod: Pod): ProgressVerdict {
  const unready = containersOf(pod).find(({ role, status }) => role !== "init" && status.ready !== true);
  if (unready !== undefined) return { kind: "starting", container: unready.status.name };
  // All containers are ready, and a readiness gate of somebody else's is not.
  const ready = conditionOf(pod, "Ready");
  return ready?.reason === undefined
    ? { kind: "starting" }
    : { kind: "starting", reason: ready.reason, message: ready.message };
}
