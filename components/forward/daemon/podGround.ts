import { isDeleting, isReady, type Pod } from "../../cluster/pods";

/** Conditions that each Pod has; others are gates. */
const ownTypes = new Set([
  ...["PodScheduled", "PodReadyToStartContainers", "Initialized", "ContainersReady", "Ready"],
  ...["DisruptionTarget", "PodResizePending", "PodResizeInProgress"],
]);

interface Known {
  /** Ids of the app's containers that ran. */
  running: ReadonlySet<string>;
  wasReady: boolean;
}

/**
 * Tells of Pods whose ground is gone: their sandbox has died or their node is lost. Nothing ends the connections into them,
 * and those that are open lead nowhere, also once the Pod is Ready again.
 */
export class PodGround {
  #known = new Map<string, Known>();

  /** To be called at each change: those Pods that have lost it since. */
  lost(pods: readonly Pod[]): Pod[] {
    const known = this.#known;
    this.#known = new Map(pods.map((pod) => [pod.metadata.uid, knownOf(pod)]));
    return pods.filter((pod) => {
      const before = known.get(pod.metadata.uid);
      return before !== undefined && (isRestarted(pod, before) || isCutOff(pod, before));
    });
  }
}

function knownOf(pod: Pod): Known {
  const running = (pod.status?.containerStatuses ?? []).flatMap(({ state, containerID }) =>
    state?.running && containerID ? [containerID] : [],
  );
  return { running: new Set(running), wasReady: isReady(pod) };
}

/** One container of several that starts anew ends its own connections. */
function isRestarted(pod: Pod, { running }: Known): boolean {
  const now = knownOf(pod).running;
  return running.size > 0 && ![...running].some((id) => now.has(id));
}

/** Where a container is not ready by its own probe, it is there all the same, and may be busy with what it was asked. */
function isCutOff(pod: Pod, { wasReady }: Known): boolean {
  if (!wasReady || isReady(pod) || isDeleting(pod)) return false;
  const { conditions = [], containerStatuses = [] } = pod.status ?? {};
  const byProbe = containerStatuses.some(({ state, ready }) => state?.running && ready === false);
  // Such as a readiness gate of the user's own; a lost node has no word of its own, and takes Ready alone away.
  const byGate = conditions.some(({ type, status }) => !ownTypes.has(type) && status === "False");
  return !byProbe && !byGate;
}
