import { tolerate } from "../../tolerate.ts";
import { after, captured, failed, type Row, says, within } from "./row.ts";

export const wholePods: Row[] = [
  {
    it: "a Pod that is being deleted has failed, though its container still runs",
    snapshot: "deleted",
    evidence: captured,
    expected: failed("Deleted", undefined, says("being deleted")),
  },
  {
    it: "a Pod that is evicted through the API has failed for that reason",
    snapshot: "evicted-by-api",
    evidence: captured,
    expected: failed("EvictionByEvictionAPI", undefined, says("Eviction")),
  },
  {
    it: "a Pod that kubelet evicts has failed for that reason, not for that of its killed container",
    snapshot: "evicted-for-its-disk-use",
    evidence: captured,
    expected: failed("Evicted", undefined, says("exceeds")),
  },
  {
    it: "a Pod that kubelet rejects for its node selector has failed",
    snapshot: "rejected-node-affinity",
    evidence: captured,
    expected: failed("NodeAffinity"),
  },
  {
    it: "a Pod that kubelet rejects for want of room has failed",
    snapshot: "rejected-out-of-cpu",
    evidence: captured,
    expected: failed("OutOfcpu"),
  },
  {
    it: "a Pod that device plugins refuse has failed",
    snapshot: "rejected-by-admission-error",
    evidence: { constructed: "needs a device plugin that fails; text of kubelet's source" },
    expected: failed("UnexpectedAdmissionError"),
  },
  {
    it: "a Pod past its activeDeadlineSeconds has failed",
    snapshot: "past-its-own-deadline",
    evidence: captured,
    expected: failed("DeadlineExceeded"),
  },
  {
    it: "a Pod on a lost node has failed when it is deleted for that",
    snapshot: "node-lost",
    evidence: { constructed: "the sandbox has one node" },
    expected: failed("NodeLost"),
  },
  {
    it: "a Pod in phase Unknown may come back within its grace",
    snapshot: "phase-unknown",
    evidence: { constructed: "no controller of today sets it; others may" },
    settings: within("lostNode"),
    expected: { kind: "initializing", container: "init", reason: "NodeLost" },
  },
  {
    it: "a Pod in phase Unknown has failed after its grace",
    snapshot: "phase-unknown",
    evidence: { constructed: "no controller of today sets it; others may" },
    settings: after("lostNode"),
    expected: failed("NodeLost"),
  },
  {
    it: "a Pod whose node object is gone has failed, though its last status is Ready",
    snapshot: "failed-by-garbage-collection",
    evidence: { constructed: "the sandbox has one node" },
    expected: failed("DeletionByPodGC"),
  },
  {
    it: "an exit that kubelet never saw is no failed attempt where the container is started again",
    snapshot: "lost-status-restarting",
    evidence: { constructed: "kubelet must miss an exit; fields of its source" },
    settings: { retries: tolerate(0) },
    expected: { kind: "starting", container: "app" },
  },
  {
    it: "an exit that kubelet never saw is final where the container is not started again",
    snapshot: "lost-status-never",
    evidence: { constructed: "kubelet must miss an exit; fields of its source" },
    expected: failed("ContainerStatusUnknown", "init"),
  },
  {
    it: "an init container that must run again in a new sandbox has not failed",
    snapshot: "sandbox-changed",
    evidence: captured,
    settings: { retries: tolerate(0) },
    expected: { kind: "initializing", container: "first" },
  },
  {
    it: "restarts by a new sandbox are no failed attempts, also where kubelet saw the exits",
    snapshot: "sandbox-changed-exits-seen",
    evidence: { constructed: "kubelet must see the containers exit before it misses the sandbox" },
    settings: { retries: tolerate(1) },
    expected: { kind: "initializing", container: "second" },
  },
  {
    it: "an init container that fails once when it runs again in a new sandbox has failed once",
    snapshot: "sandbox-changed-first-fails",
    evidence: { constructed: "the sandbox must be lost between a success and a failure" },
    settings: { retries: tolerate(1) },
    expected: { kind: "initializing", container: "first" },
  },
];
