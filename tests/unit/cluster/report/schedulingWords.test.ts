import { expect, test } from "vitest";
import { failureReport } from "../../../../components/cluster/report/failure.ts";
import { progressLine } from "../../../../components/cluster/report/progress/progressLine.ts";
import { renderForPulumi } from "../../../../components/cluster/report/render/pulumi.ts";
import { schedulingWords } from "../../../../components/cluster/report/schedulingWords.ts";
import { plainText } from "../../../../components/text/style.ts";
import { readSnapshot } from "../snapshots.ts";
import { tolerate } from "../tolerate.ts";

const unhelpful = "preemption: 0/8 nodes are available: 8 Preemption is not helpful for scheduling.";
const taints = Array.from({ length: 7 }, (_, at) => `example.com/dedicated-to-team-${at}`);
/** As Kubernetes before 1.33 says it. */
const sevenTaints =
  "0/8 nodes are available: 1 Insufficient cpu, " +
  taints.map((key, at) => `1 node(s) had untolerated taint {${key}: team-${at}}`).join(", ") +
  `. ${unhelpful}`;

test.each([
  [
    readSnapshot("unschedulable-for-seven-taints").pod.status?.conditions?.[0]?.message ?? "",
    "of 8 nodes: 1 without enough cpu left, 1 without enough memory left, 7 with taints that it does not tolerate",
  ],
  [
    sevenTaints,
    "of 8 nodes: 7 with taints that it does not tolerate " +
      `(${taints.map((key, at) => `${key}=team-${at}`).join(", ")}), 1 without enough cpu left`,
  ],
  [
    "0/3 nodes are available: 1 node(s) had taint {a: }, that the pod didn't tolerate, 2 node(s) were unschedulable.",
    "of 3 nodes: 1 with taints that it does not tolerate (a), 2 cordoned",
  ],
  [
    "0/2 nodes are available: 1 Too many pods, 1 node(s) didn't have free ports for the requested pod ports. " +
      "preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
    "of 2 nodes: 1 full of Pods, 1 on which its hostPort is taken",
  ],
  [
    "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found. " + unhelpful,
    "of 1 node: pod has unbound immediate PersistentVolumeClaims. not found",
  ],
  ["0/1 nodes are available: 1 node(s) somehow misfit.", "of 1 node: 1 that somehow misfit"],
  ["no nodes available to schedule pods", "no nodes available to schedule pods"],
  ["0/1 nodes are available", "0/1 nodes are available"],
  ['secret "x" not found', 'secret "x" not found'],
])("%j is said as %j", (message, words) => expect(schedulingWords(message)).toBe(words));

test("each taint stands in what `up` says while it waits, and in its error, in full", () => {
  const { pod } = readSnapshot("unschedulable");
  const line = progressLine(pod, { kind: "pending", reason: "Unschedulable", message: sevenTaints }, tolerate(1));
  const verdict = { kind: "failed", reason: "Unschedulable", message: sevenTaints } as const;
  const text = renderForPulumi(failureReport({ pod, verdict, tail: { lines: [], truncated: false } }), plainText);
  const error = text.replace(/\s+/g, " ");
  for (const key of taints) {
    expect(line).toContain(key);
    expect(error).toContain(key);
  }
  expect(error).toContain("without enough cpu left");
  expect(error).toContain("Add podSpec.tolerations");
});
