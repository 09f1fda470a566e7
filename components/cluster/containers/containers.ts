import {
  conditionOf,
  type ContainerRole,
  type ContainerSpec,
  type ContainerStatus,
  hasEnded,
  isDeleting,
  type Pod,
  roleOfInit,
  type TerminatedState,
} from "../pods";
import { endedWellOutOfMemory, exitKind, isOutOfMemory, restartingAll, succeeded } from "./exits";
import { hasRestartAllRule, restartsAfter } from "./restarts";

/** A container as kubelet sees it: what it is for, how it stands, and whether it runs again. */
export interface ContainerInPod {
  role: ContainerRole;
  spec: ContainerSpec | undefined;
  status: ContainerStatus;
  /** Whether kubelet starts it again after such an exit. */
  restarts: (exit: Pick<TerminatedState, "exitCode" | "reason">) => boolean;
  /** Restarts that no exit of its own caused: kubelet made the Pod's sandbox anew, or restarted all containers. */
  restartsFromOutside: number;
  /** Whether kubelet stops it for something else's sake, as the Pod ends or restarts: its exit is nobody's fault. */
  stopped: boolean;
}

/** The containers that a Pod's status shows, in the order in which they start. Ephemeral ones don't count. */
export function containersOf(pod: Pod): ContainerInPod[] {
  const { initContainers = [], containers = [], restartPolicy } = pod.spec ?? {};
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const restartsFromOutside = outsideRestarts(pod);
  const inPod = (status: ContainerStatus, spec: ContainerSpec | undefined, role: ContainerRole): ContainerInPod => ({
    role,
    spec,
    status,
    restartsFromOutside,
    stopped: false,
    restarts: (exit) =>
      restartsAfter(exit.exitCode, spec, restartPolicy) ||
      (role === "init" && endedWellOutOfMemory(exit) && restartPolicy !== "Never"),
  });
  const inits = initContainerStatuses.map((status) => {
    const spec = specOf(status, initContainers);
    return inPod(status, spec, roleOfInit(spec));
  });
  const apps = containerStatuses.map((status) => inPod(status, specOf(status, containers), "app"));
  const all = [...inits, ...apps];
  const ends = podEnds(pod, inits, apps);
  const restarts = conditionOf(pod, "AllContainersRestarting")?.status === "True";
  return all.map((container) => ({
    ...container,
    stopped: (ends && isStoppedAtTheEnd(pod, container)) || (restarts && !isTrigger(container)),
  }));
}

/** Whether an exit counts against the container: as kubelet counts it, and where it is to run on, also with 0. */
export function hasFailed(exit: TerminatedState, { role, restarts, stopped }: ContainerInPod): boolean {
  if (stopped) return false;
  if (role === "init") return !succeeded(exit);
  return exit.exitCode !== 0 || restarts({ exitCode: 0 });
}

/** The containers whose rule made all of them restart, where the Pod does so now: in place, and nobody has failed. */
export function restartsInPlace(pod: Pod): { by: string[] } | undefined {
  const all = containersOf(pod);
  const isCondition = conditionOf(pod, "AllContainersRestarting")?.status === "True";
  const isGoingOn = isCondition || all.some(({ status }) => status.state?.waiting?.reason === restartingAll);
  if (!isGoingOn || hasEnded(pod) || isDeleting(pod)) return undefined;
  return { by: all.filter(({ spec }) => hasRestartAllRule(spec)).map(({ status }) => status.name) };
}

/** Whether it has run, or runs, since the Pod's containers were last all started anew. */
export function hasBegun({ status: { state } }: ContainerInPod): boolean {
  const { running, terminated, waiting } = state ?? {};
  return running !== undefined || terminated !== undefined || waiting?.reason === "CrashLoopBackOff";
}

function specOf({ name }: ContainerStatus, specs: readonly ContainerSpec[]): ContainerSpec | undefined {
  return specs.find((spec) => spec.name === name);
}

/** Whether nothing of the Pod will go on: kubelet then stops what still runs, sidecars last. */
function podEnds(pod: Pod, inits: readonly ContainerInPod[], apps: readonly ContainerInPod[]): boolean {
  return (
    isDeleting(pod) ||
    hasEnded(pod) ||
    (apps.length > 0 && apps.every(hasEndedForGood)) ||
    inits.some((init) => init.role === "init" && hasEndedForGood(init) && !succeeded(init.status.state?.terminated))
  );
}

function hasEndedForGood({ status: { state }, restarts }: ContainerInPod): boolean {
  const exit = state?.terminated;
  return exit !== undefined && exitKind(exit) !== "restarted" && !restarts(exit);
}

/** Of a signal by which kubelet stops a container, SIGTERM or SIGKILL. */
const stopCodes: readonly number[] = [143, 137];

/** What kubelet would start again can only have been stopped; of the rest, what bears the mark of its signals may have been. */
function isStoppedAtTheEnd(pod: Pod, { role, status, restarts }: ContainerInPod): boolean {
  if (role === "sidecar") return true;
  const exit = status.state?.terminated;
  if (exit === undefined || isOutOfMemory(exit) || succeeded(exit)) return false;
  const endsAsAWhole = isDeleting(pod) || (hasEnded(pod) && (pod.status?.reason ?? disruptionOf(pod)) !== undefined);
  return endsAsAWhole && (restarts(exit) || stopCodes.includes(exit.exitCode));
}

function disruptionOf(pod: Pod): string | undefined {
  const condition = conditionOf(pod, "DisruptionTarget");
  return condition?.status === "True" ? condition.reason : undefined;
}

/** Whether all containers restart for the sake of this one. */
function isTrigger({ spec, status: { state } }: ContainerInPod): boolean {
  return hasRestartAllRule(spec, state?.terminated?.exitCode);
}

/** An init container that has run again after it succeeded did so only because all containers were started anew. */
function outsideRestarts({ spec, status }: Pod): number {
  const ranAgain = (status?.initContainerStatuses ?? []).filter(({ name, state, lastState }) => {
    const role = roleOfInit(spec?.initContainers?.find((container) => container.name === name));
    if (role === "sidecar" || !succeeded(state?.terminated) || lastState?.terminated === undefined) return false;
    return succeeded(lastState.terminated) || lastState.terminated.reason === restartingAll;
  });
  return Math.max(0, ...ranAgain.map(({ restartCount }) => restartCount));
}
