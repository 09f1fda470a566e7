import { type ContainerRole, type ContainerSpec, type ContainerStatus, type Pod, roleOfInit } from "../pods";

/** A container as kubelet sees it: what it is for, how it stands, and whether it runs again. */
export interface ContainerInPod {
  role: ContainerRole;
  spec: ContainerSpec | undefined;
  status: ContainerStatus;
  /** Whether kubelet starts it again after an exit with this code. */
  restarts: (exitCode: number) => boolean;
  /** Restarts that no exit of its own caused: kubelet made the Pod's sandbox anew, or restarted all containers. */
  restartsFromOutside: number;
  /** Whether kubelet stops it because the app has ended: its exit code is nobody's fault. */
  stopped: boolean;
}

/** The containers that a Pod's status shows, in the order in which they start. Ephemeral ones don't count. */
export function containersOf(pod: Pod): ContainerInPod[] {
  const { initContainers = [], containers = [], restartPolicy } = pod.spec ?? {};
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const restartsFromOutside = outsideRestarts(pod);
  const inPod = (status: ContainerStatus, spec: ContainerSpec | undefined, role: ContainerRole) => ({
    role,
    spec,
    status,
    restartsFromOutside,
    stopped: false,
    restarts: (exitCode: number) => restartsAfter(exitCode, spec, restartPolicy),
  });
  const apps = containerStatuses.map((status) => inPod(status, specOf(status, containers), "app"));
  const appEnded = apps.length > 0 && apps.every(hasEnded);
  const inits = initContainerStatuses.map((status) => {
    const spec = specOf(status, initContainers);
    const role = roleOfInit(spec);
    return { ...inPod(status, spec, role), stopped: role === "sidecar" && appEnded };
  });
  return [...inits, ...apps];
}

function specOf({ name }: ContainerStatus, specs: readonly ContainerSpec[]): ContainerSpec | undefined {
  return specs.find((spec) => spec.name === name);
}

function hasEnded({ status: { state }, restarts }: ContainerInPod): boolean {
  return state?.terminated !== undefined && !restarts(state.terminated.exitCode);
}

/**
 * A container's first rule that matches decides, then its own policy, then the Pod's.
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restart-rules
 */
function restartsAfter(exitCode: number, spec: ContainerSpec | undefined, podPolicy = "Always"): boolean {
  const matches = spec?.restartPolicyRules?.some(({ exitCodes }) => {
    const listed = exitCodes?.values?.includes(exitCode) ?? false;
    return exitCodes?.operator === "NotIn" ? !listed : listed;
  });
  if (matches === true) return true; // All actions restart it, alone or with the others.
  const policy = spec?.restartPolicy ?? podPolicy;
  return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
}

/** An init container that has run again after it succeeded did so only because all containers were started anew. */
function outsideRestarts({ spec, status }: Pod): number {
  const ranAgain = (status?.initContainerStatuses ?? []).filter(({ name, state, lastState }) => {
    const role = roleOfInit(spec?.initContainers?.find((container) => container.name === name));
    if (role === "sidecar" || state?.terminated?.exitCode !== 0 || lastState?.terminated === undefined) return false;
    return lastState.terminated.exitCode === 0 || lastState.terminated.reason === restartingAll;
  });
  return Math.max(0, ...ranAgain.map(({ restartCount }) => restartCount));
}

/** Reason of the exit code 137 that kubelet invents for containers that it stopped because a rule of one says so. */
export const restartingAll = "RestartingAllContainers";
