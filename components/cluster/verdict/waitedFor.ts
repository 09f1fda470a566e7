import { type ContainerInPod, hasBegun } from "../containers";
import { conditionOf, type Pod } from "../pods";

/**
 * Whether a sidecar that ends is what keeps the Pod from getting Ready: while later init containers go on it is not, and
 * where the app takes its time, it is the app that is waited for as long as the sidecar does not end anew.
 */
export function isWaitedFor(sidecar: ContainerInPod, all: readonly ContainerInPod[], pod: Pod): boolean {
  const { state, lastState, ready } = sidecar.status;
  const apps = all.filter(({ role }) => role === "app");
  if (!apps.some(hasBegun)) return holdsUpNext(sidecar, all);
  if (ready === true) return false;
  if (state?.running === undefined && apps.every(({ status }) => status.ready === true)) return true;
  const exit = state?.terminated ?? lastState?.terminated;
  return Date.parse(exit?.startedAt ?? "") >= Date.parse(conditionOf(pod, "Initialized")?.lastTransitionTime ?? "");
}

/**
 * Whether the container after a sidecar waits for it to start, its startup probe passed where it has one. Once one after it
 * has begun, kubelet goes on from there, whatever the sidecar does meanwhile.
 * Source: computeInitContainerActions in pkg/kubelet/kuberuntime/kuberuntime_container.go of Kubernetes
 */
export function holdsUpNext(sidecar: ContainerInPod, all: readonly ContainerInPod[]): boolean {
  const at = all.findIndex(({ status }) => status.name === sidecar.status.name);
  return sidecar.status.started !== true && !all.slice(at + 1).some(hasBegun);
}
