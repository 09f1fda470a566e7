import { expect, test } from "vitest";
import type { ContainerStatus, Pod, PodStatus } from "../../../../../components/cluster/pods/pod.ts";
import { describePod } from "../../../../../components/cluster/report/progress/describePod.ts";
import { kubernetesSays } from "../../../../../components/cluster/report/progress/kubernetesSays.ts";
import { currentVerdict } from "../../../../../components/cluster/verdict/currentVerdict.ts";

const now = new Date("2026-01-01T00:00:10Z");

function pod(status: PodStatus, metadata: Partial<Pod["metadata"]> = {}): Pod {
  return {
    metadata: {
      name: "web",
      uid: "u",
      namespace: "shop",
      creationTimestamp: "2026-01-01T00:00:00Z",
      annotations: { "init-pod.dev/port": "80", "init-pod.dev/retries": "1 patient=5" },
      ...metadata,
    },
    status,
  };
}

function crashed(name: string, restartCount: number): ContainerStatus {
  return {
    name,
    restartCount,
    state: { waiting: { reason: "CrashLoopBackOff" } },
    lastState: { terminated: { exitCode: 22 } },
  };
}

const held = (name: string, reason: string): ContainerStatus => ({
  name,
  restartCount: 0,
  state: { waiting: { reason } },
});

test.each([
  [
    pod({ phase: "Pending", initContainerStatuses: [{ name: "get", restartCount: 0, state: { running: {} } }] }),
    "runs init step get",
  ],
  [
    pod({ initContainerStatuses: [crashed("patient", 3)] }),
    "waits for init step patient, which failed with exit code 22",
  ],
  [
    pod({ initContainerStatuses: [crashed("get", 3)] }),
    'can\'t get Ready: init container "get" failed with exit code 22',
  ],
  [pod({ containerStatuses: [held("app", "ImagePullBackOff")] }), "waits to start app (ImagePullBackOff)"],
  [
    pod({ containerStatuses: [held("app", "ImagePullBackOff")] }, { creationTimestamp: "2025-12-31T23:00:00Z" }),
    "can't get Ready: container \"app\": its image can't be pulled (ImagePullBackOff)",
  ],
  [pod({ phase: "Failed", reason: "Evicted" }), "can't get Ready: the node evicted it (Evicted)"],
  [pod({}, { deletionTimestamp: "2026-01-01T00:00:05Z" }), "is being deleted"],
  [pod({ phase: "Pending" }), "waits for a node"],
  [pod({ conditions: [{ type: "Ready", status: "True" }] }), "is Ready"],
])("says what it does: %#", (one, words) => {
  expect(describePod(one, currentVerdict(one, [], now))).toBe(words);
});

test("tells of a Pod that is being deleted nothing besides, of one that was evicted what Kubernetes says", () => {
  const evicted = pod({ phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory." });
  expect(kubernetesSays(evicted, currentVerdict(evicted, [], now))).toBe("The node was low on resource: memory.");
  const deleted = pod({}, { deletionTimestamp: "2026-01-01T00:00:05Z" });
  expect(kubernetesSays(deleted, currentVerdict(deleted, [], now))).toBe("");
});
