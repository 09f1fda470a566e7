import { after, captured, failed, long, type Row, says, within } from "./row.ts";

export const scheduling: Row[] = [
  {
    it: "a Pod that no node takes for many reasons has failed after the grace, with all of them",
    snapshot: "unschedulable-for-seven-taints",
    evidence: captured,
    settings: after("unschedulable"),
    expected: failed("Unschedulable", undefined, says("7 node(s) had untolerated taint(s)")),
  },
  {
    it: "a Pod that fits on no node may find one within its grace",
    snapshot: "unschedulable",
    evidence: captured,
    settings: within("unschedulable"),
    expected: { kind: "pending", reason: "Unschedulable" },
  },
  {
    it: "a Pod that fits on no node has failed after its grace",
    snapshot: "unschedulable",
    evidence: captured,
    settings: after("unschedulable"),
    expected: failed("Unschedulable", undefined, says("node")),
  },
  {
    it: "a Pod for which an autoscaler adds a node gets more time",
    snapshot: "scaling-up",
    evidence: { constructed: "needs an autoscaler; the event is that of cluster-autoscaler" },
    settings: within("scaleUp"),
    expected: { kind: "pending", reason: "Unschedulable" },
  },
  {
    it: "a Pod with a scheduling gate waits for whoever set the gate",
    snapshot: "scheduling-gated",
    evidence: captured,
    settings: long,
    expected: { kind: "pending", reason: "SchedulingGated" },
  },
  {
    it: "a Pod without a status is pending",
    snapshot: "no-status",
    evidence: { constructed: "lasts for milliseconds" },
    settings: long,
    expected: { kind: "pending" },
  },
];
