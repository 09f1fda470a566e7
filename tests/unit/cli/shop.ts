import type { Command } from "../../../components/cli/verbs/arguments.ts";
import type { ClusterView } from "../../../components/cli/verbs/clusterView.ts";
import { initPodsOf } from "../../../components/cli/verbs/initPods.ts";
import type { ClusterClient } from "../../../components/cluster/api/client.ts";
import type { ContainerStatus, Pod, PodStatus } from "../../../components/cluster/pods/pod.ts";
import { currentVerdict } from "../../../components/cluster/verdict/currentVerdict.ts";

const begin = { startedAt: "2026-01-01T00:00:10Z" };

/** States that containers of the tests' Pods have. */
export const done: ContainerStatus = {
  name: "get",
  restartCount: 0,
  state: { terminated: { exitCode: 0, reason: "Completed", ...begin, finishedAt: "2026-01-01T00:00:13Z" } },
};
export const crashing: ContainerStatus = {
  name: "migrate",
  restartCount: 1,
  state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s restarting failed container" } },
  lastState: { terminated: { exitCode: 3, ...begin, finishedAt: "2026-01-01T00:00:11Z" } },
};
export const working: ContainerStatus = { name: "import", restartCount: 0, state: { running: begin } };
export const unpullable: ContainerStatus = {
  name: "template",
  restartCount: 0,
  state: { waiting: { reason: "ImagePullBackOff", message: 'Back-off pulling image "x:1": no such host' } },
};
export const idle: ContainerStatus = {
  name: "app",
  restartCount: 0,
  state: { waiting: { reason: "PodInitializing" } },
};
export const serving: ContainerStatus = { name: "app", restartCount: 0, state: { running: begin } };

export const ready: PodStatus = {
  phase: "Running",
  conditions: [{ type: "Ready", status: "True" }],
  initContainerStatuses: [done],
  containerStatuses: [serving],
};

/** A Pod that is not Ready, with these init containers. */
export function initializing(...init: ContainerStatus[]): PodStatus {
  return { phase: "Pending", initContainerStatuses: init, containerStatuses: [idle] };
}

/** A Pod of the InitPod `name` in the namespace "shop". */
export function podOf(name: string, status: PodStatus, metadata: Partial<Pod["metadata"]> = {}): Pod {
  return {
    metadata: {
      uid: `${name}-uid`,
      name: `${name}-1`,
      namespace: "shop",
      creationTimestamp: "2026-01-01T00:00:00Z",
      labels: { "init-pod.dev/id": `${name}-0123456789` },
      annotations: { "init-pod.dev/port": "80", "init-pod.dev/local-port": "20001" },
      ...metadata,
    },
    status,
  };
}

/** A cluster with these Pods, each of whose containers has logged its own name. */
export function clusterOf(pods: Pod[], more: Partial<ClusterView> = {}): ClusterView {
  return {
    // Asked for nothing here.
    client: undefined as unknown as ClusterClient,
    access: {},
    context: "dev",
    server: "https://dev",
    clusterUid: "cluster",
    initPods: initPodsOf(pods.map((pod) => ({ pod, verdict: currentVerdict(pod, []) }))),
    logTail: ({ container }) => Promise.resolve([`log of ${container}`]),
    close: () => undefined,
    ...more,
  };
}

export function command(more: Partial<Command> = {}): Command {
  return { verb: "status", names: [], json: false, ...more };
}
