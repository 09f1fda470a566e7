import { expect, test } from "vitest";
import type { PodEvent, PodStatus, RawContainerState } from "../../../../../components/cluster/pods/pod.ts";
import { progressLine } from "../../../../../components/cluster/report/progress/progressLine.ts";
import { verdict } from "../../../../../components/cluster/verdict/verdict.ts";
import { podOf, stages } from "../../fakeCluster.ts";
import { tolerate } from "../../tolerate.ts";

function waitingFor(state: RawContainerState): PodStatus {
  const [first, ...rest] = stages.first.initContainerStatuses;
  return {
    ...stages.first,
    initContainerStatuses: [{ name: "first", restartCount: first?.restartCount ?? 0, state }, ...rest],
  };
}

const unschedulable = {
  type: "PodScheduled",
  status: "False",
  reason: "Unschedulable",
  message: "0/1 nodes are available",
};

const lineOf = (status: PodStatus, events: PodEvent[] = []): string => {
  const pod = podOf("web", status);
  const at = verdict(pod, events, { retries: tolerate(3), seenSeconds: 0, mustServe: true });
  if (at.kind === "failed") throw new Error(at.reason);
  return progressLine(pod, at, tolerate(3));
};

test.each<[string, PodStatus]>([
  ["waiting for a node", stages.created],
  ["waiting for a node: 0/1 nodes are available", { conditions: [unschedulable] }],
  ['waiting for init container "first" (1 of 2)', stages.first],
  [
    'waiting for init container "first" (1 of 2): its image can\'t be pulled so far',
    waitingFor({ waiting: { reason: "ImagePullBackOff" } }),
  ],
  [
    'waiting for init container "first" (1 of 2): its image can\'t be pulled so far',
    waitingFor({ waiting: { reason: "ErrImagePull" } }),
  ],
  ['init container "first" failed with exit code 7, kubelet tries again (attempt 2 of 4)', stages.failedOnce],
  ['init container "first" failed with exit code 7, kubelet tries again (attempt 3 of 4)', stages.failed],
  [
    "starting, not Ready yet",
    {
      ...stages.ready,
      conditions: stages.ready.conditions.filter(({ type }) => type !== "Ready"),
      containerStatuses: [],
    },
  ],
])("%s", (line, status) => {
  expect(lineOf(status)).toBe(line);
});

const first = 'waiting for init container "first" (1 of 2): ';

// Messages of kubelet and of the scheduler of Kubernetes 1.35, as they were seen.
test.each<[string, string]>([
  ['secret "s1" not found', 'it needs Secret "s1", which does not exist'],
  ['configmap "c.1" not found', 'it needs ConfigMap "c.1", which does not exist'],
  ["couldn't find key k in Secret shop/s1", 'it needs the key "k", which Secret "s1" does not have'],
  ["couldn't find key a.b in ConfigMap shop/c1", 'it needs the key "a.b", which ConfigMap "c1" does not have'],
  ["failed to sync secret cache: timed out waiting for the condition", "CreateContainerConfigError"],
])("a container that can't be configured, as %s", (message, said) => {
  expect(lineOf(waitingFor({ waiting: { reason: "CreateContainerConfigError", message } }))).toBe(first + said);
});

test.each<[string, string]>([
  ['secret "s2" not found', 'volume "v" needs Secret "s2", which does not exist'],
  ['configmap "c2" not found', 'volume "v" needs ConfigMap "c2", which does not exist'],
  ["references non-existent secret key: k", 'volume "v" needs the key "k", which its Secret does not have'],
  ["references non-existent config key: k", 'volume "v" needs the key "k", which its ConfigMap does not have'],
])("a volume that can't be mounted, as %s", (why, said) => {
  const message = `MountVolume.SetUp failed for volume "v" : ${why}`;
  const event = { reason: "FailedMount", type: "Warning", message, firstTimestamp: "2026-01-01T00:00:00Z" };
  expect(lineOf(stages.mounting, [event])).toBe(first + said);
});

test("a claim that no volume can be had from", () => {
  const message = '0/1 nodes are available: persistentvolumeclaim "p1" not found. not found';
  expect(lineOf({ conditions: [{ ...unschedulable, message }] })).toBe(
    'waiting for a node: it needs PersistentVolumeClaim "p1", which does not exist',
  );
});
