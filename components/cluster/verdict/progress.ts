import { conditionOf, type Pod, roleOfInit } from "../pods";
import { containersOf } from "./containers";
import type { FailedVerdict, ProgressVerdict } from "./types";

/** How far a Pod that isn't Ready has got; `doubt` is what may turn out to be its failure. */
export function progressOf(pod: Pod, doubt?: FailedVerdict): ProgressVerdict {
  const stage = stageOf(pod);
  if (doubt === undefined) return stage;
  const { container = stage.container, reason, message } = doubt;
  return { kind: stage.kind, container, reason, message };
}

function stageOf(pod: Pod): ProgressVerdict {
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status !== "True") {
    return { kind: "pending", reason: scheduled?.reason, message: scheduled?.message };
  }
  const current = conditionOf(pod, "Initialized")?.status === "True" ? undefined : unfinishedInit(pod);
  return current === undefined ? starting(pod) : { kind: "initializing", container: current };
}

/** A sidecar counts as done once it has started, with its startup probe passed where it has one. */
function unfinishedInit({ spec, status }: Pod): string | undefined {
  return spec?.initContainers?.find((container) => {
    const found = status?.initContainerStatuses?.find(({ name }) => name === container.name);
    return roleOfInit(container) === "sidecar" ? found?.started !== true : found?.state?.terminated?.exitCode !== 0;
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
