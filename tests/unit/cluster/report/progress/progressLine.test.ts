import { expect, test } from "vitest";
import type { PodStatus, RawContainerState } from "../../../../../components/cluster/pods/pod.ts";
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
  const pod = podOf("web", status);
  const at = verdict(pod, [], { retries: tolerate(3), seenSeconds: 0, mustServe: true });
  if (at.kind === "failed") throw new Error(at.reason);
  expect(progressLine(pod, at, tolerate(3))).toBe(line);
});
