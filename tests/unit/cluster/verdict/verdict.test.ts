import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Pod, PodEvent } from "../../../../components/cluster/pods/pod.ts";
import { graceSeconds } from "../../../../components/cluster/verdict/graces.ts";
import type { Verdict, VerdictSettings } from "../../../../components/cluster/verdict/types.ts";
import { stateKey, verdict } from "../../../../components/cluster/verdict/verdict.ts";
import { tolerate } from "../tolerate.ts";

interface Snapshot {
  pod: Pod;
  events: PodEvent[];
}

/** Where a snapshot is from: a cluster of this version, or thought out, as told. */
type Evidence = { captured: string } | { constructed: string };

interface Row {
  /** What the snapshot shows and what is to be made of it. */
  it: string;
  /** Name of a file in tests/fixtures/verdict. */
  snapshot: string;
  evidence: Evidence;
  settings?: Partial<VerdictSettings>;
  expected: { kind: string; container?: string; reason?: string; exitCode?: number; message?: unknown };
}

const captured: Evidence = { captured: "1.37.2" };

const within = (grace: keyof typeof graceSeconds) => ({ seenSeconds: graceSeconds[grace] - 1 });
const after = (grace: keyof typeof graceSeconds) => ({ seenSeconds: graceSeconds[grace] });
const long = { seenSeconds: 3600 };

const failed = (reason: string, container?: string, more: Partial<Row["expected"]> = {}) => ({
  kind: "failed",
  reason,
  container,
  ...more,
});
const exited = (container: string, exitCode: number) => failed("Error", container, { exitCode });
const says = (text: string) => ({ message: expect.stringContaining(text) as string });

const attempts: Row[] = [
  {
    it: "an init container that failed once is tried again",
    snapshot: "init-first-failure",
    evidence: captured,
    settings: long,
    expected: { kind: "initializing", container: "init" },
  },
  {
    it: "an init container that failed once has failed where no retry is wanted",
    snapshot: "init-first-failure",
    evidence: captured,
    settings: { retries: tolerate(0) },
    expected: exited("init", 1),
  },
  {
    it: "an init container has failed when its retry failed too",
    snapshot: "init-fails-again",
    evidence: captured,
    expected: exited("init", 1),
  },
  {
    it: "more retries can be granted to one container than to the others",
    snapshot: "init-fails-again",
    evidence: captured,
    settings: { retries: { default: 0, byContainer: { init: 2 } } },
    expected: { kind: "initializing", container: "init" },
  },
  {
    it: "retries of other containers don't count",
    snapshot: "init-fails-again",
    evidence: captured,
    settings: { retries: { default: 1, byContainer: { other: 9 } } },
    expected: exited("init", 1),
  },
  {
    it: "an init container whose attempts are used up has failed also while the next one runs",
    snapshot: "init-runs-after-failures",
    evidence: captured,
    expected: exited("init", 1),
  },
  {
    it: "an attempt that runs may still succeed where it is within the retries",
    snapshot: "init-runs-after-failures",
    evidence: captured,
    settings: { retries: tolerate(2), ...long },
    expected: { kind: "initializing", container: "init" },
  },
  {
    it: "an init container that succeeded in the end has not failed, however often it was tried",
    snapshot: "init-heals-after-failures",
    evidence: captured,
    expected: { kind: "starting", container: "app" },
  },
  {
    it: "under restartPolicy Never the first failure is final",
    snapshot: "init-never-fails",
    evidence: captured,
    settings: { retries: tolerate(5), mustServe: false },
    expected: exited("init", 3),
  },
  {
    it: "the second of two init containers is named where it is the one that failed",
    snapshot: "second-init-never-fails",
    evidence: captured,
    expected: exited("second", 4),
  },
  {
    it: "under restartPolicy OnFailure a failing init container is tried again by the retries",
    snapshot: "init-on-failure-fails-again",
    evidence: captured,
    expected: exited("init", 5),
  },
  {
    it: "an init container that used more memory than its limit was killed by the kernel",
    snapshot: "init-out-of-memory",
    evidence: captured,
    expected: failed("OOMKilled", "init", { exitCode: 137 }),
  },
  {
    it: "an app that crashes again and again after good init containers has failed",
    snapshot: "app-crash-loop",
    evidence: captured,
    settings: { mustServe: true },
    expected: exited("app", 2),
  },
  {
    it: "an app that crashes again and again has failed also while it runs for the third time",
    snapshot: "app-runs-after-failures",
    evidence: captured,
    expected: exited("app", 2),
  },
  {
    it: "an app that is to run on and ends with 0 again and again has failed",
    snapshot: "app-ends-again-and-again",
    evidence: captured,
    expected: failed("Completed", "app", says("exit code 0")),
  },
  {
    it: "an app under restartPolicy Never has failed though another one runs on",
    snapshot: "app-never-fails",
    evidence: captured,
    settings: { retries: tolerate(5), mustServe: false },
    expected: exited("app", 2),
  },
  {
    it: "a sidecar that crashes again and again has failed, though init containers go on meanwhile",
    snapshot: "sidecar-crash-loop",
    evidence: captured,
    expected: exited("sidecar", 9),
  },
  {
    it: "a sidecar that its startup probe has killed again and again has failed",
    snapshot: "sidecar-startup-probe-kills",
    evidence: captured,
    expected: exited("sidecar", 137),
  },
  {
    it: "a sidecar that is stopped because the app has ended has not failed",
    snapshot: "sidecar-stopped-after-app",
    evidence: captured,
    settings: { retries: tolerate(0) },
    expected: { kind: "starting", container: "sidecar" },
  },
  {
    it: "an exit code for which a rule says Restart is tried again though the policy is Never",
    snapshot: "rule-restarts-init",
    evidence: captured,
    expected: { kind: "initializing", container: "init" },
  },
  {
    it: "an exit code for which a rule says Restart has failed when the retries are used up",
    snapshot: "rule-restarts-init-again",
    evidence: captured,
    expected: exited("init", 42),
  },
  {
    it: "an exit code that no rule lists is final under the container's own policy Never, though the Pod's is Always",
    snapshot: "no-rule-restarts-app",
    evidence: captured,
    settings: { retries: tolerate(5), mustServe: false },
    expected: exited("app", 1),
  },
  {
    it: "containers that a rule of another one restarts have not failed with the exit code 137 that kubelet invents",
    snapshot: "all-restarting",
    evidence: captured,
    settings: { retries: { default: 0, byContainer: { trigger: 1 } } },
    expected: { kind: "starting", container: "app" },
  },
  {
    it: "containers that were restarted together once have not failed",
    snapshot: "all-restarted-once",
    evidence: captured,
    settings: { retries: { default: 0, byContainer: { trigger: 1 } } },
    expected: { kind: "starting", container: "app" },
  },
  {
    it: "the container whose rule restarts all of them has failed when its retries are used up",
    snapshot: "all-restarted-and-failed-again",
    evidence: captured,
    settings: { retries: { default: 0, byContainer: { trigger: 1 } } },
    expected: exited("trigger", 42),
  },
  {
    it: "the container whose rule restarts all of them has failed also when all of them run again",
    snapshot: "all-restarted-twice",
    evidence: captured,
    settings: { retries: { default: 0, byContainer: { trigger: 1 } } },
    expected: failed("RestartingAllContainers", "trigger"),
  },
];

const starts: Row[] = [
  {
    it: "a missing executable is final at once",
    snapshot: "missing-executable",
    evidence: captured,
    settings: { retries: tolerate(5), mustServe: false },
    expected: failed("RunContainerError", "init", says("executable file not found")),
  },
  {
    it: "a missing executable is final also between kubelet's attempts",
    snapshot: "missing-executable-back-off",
    evidence: captured,
    settings: { retries: tolerate(5), mustServe: false },
    expected: failed("StartError", "init", says("executable file not found")),
  },
  {
    it: "a missing executable under restartPolicy Never has no exit code either, as it never ran",
    snapshot: "missing-executable-never",
    evidence: captured,
    expected: failed("StartError", "init", says("executable file not found")),
  },
  {
    it: "a missing executable that is given by its path is final at once",
    snapshot: "missing-executable-path",
    evidence: captured,
    settings: { retries: tolerate(5), mustServe: false },
    expected: failed("RunContainerError", "app", says("no such file or directory")),
  },
  {
    it: "a file that is not executable is final at once",
    snapshot: "not-executable",
    evidence: captured,
    settings: { retries: tolerate(5), mustServe: false },
    expected: failed("RunContainerError", "init", says("permission denied")),
  },
  {
    it: "a working directory that can't be is final at once",
    snapshot: "bad-working-directory",
    evidence: captured,
    settings: { retries: tolerate(5), mustServe: false },
    expected: failed("RunContainerError", "init", says("not a directory")),
  },
  {
    it: "a bad image name is final at once",
    snapshot: "bad-image-name",
    evidence: captured,
    expected: failed("InvalidImageName", "init", says("Bad Name")),
  },
  {
    it: "an image that may not be pulled and is not there is final at once",
    snapshot: "image-never-pulled",
    evidence: captured,
    expected: failed("ErrImageNeverPull", "init"),
  },
  {
    it: "an image that can't be pulled may come within its grace",
    snapshot: "image-pull-error",
    evidence: captured,
    settings: within("imagePull"),
    expected: { kind: "initializing", container: "init", reason: "ErrImagePull" },
  },
  {
    it: "an image that can't be pulled has failed after its grace",
    snapshot: "image-pull-error",
    evidence: captured,
    settings: after("imagePull"),
    expected: failed("ErrImagePull", "init", says("no-such-image")),
  },
  {
    it: "an image that can't be pulled has failed after its grace also while kubelet waits for the next try",
    snapshot: "image-pull-back-off",
    evidence: captured,
    settings: after("imagePull"),
    expected: failed("ImagePullBackOff", "init", says("no-such-image")),
  },
  {
    it: "a missing Secret may come within its grace",
    snapshot: "missing-secret",
    evidence: captured,
    settings: within("missingConfig"),
    expected: { kind: "initializing", container: "init", reason: "CreateContainerConfigError" },
  },
  {
    it: "a missing Secret has failed after its grace",
    snapshot: "missing-secret",
    evidence: captured,
    settings: after("missingConfig"),
    expected: failed("CreateContainerConfigError", "init", says("no-such-secret")),
  },
  {
    it: "a missing key of a ConfigMap has failed after its grace",
    snapshot: "missing-key",
    evidence: captured,
    settings: after("missingConfig"),
    expected: failed("CreateContainerConfigError", "app", says("no-such-key")),
  },
  {
    it: "a missing ConfigMap for a mount has failed after its grace, by the event that tells of it",
    snapshot: "missing-mounted-config-map",
    evidence: captured,
    settings: after("missingConfig"),
    expected: failed("FailedMount", undefined, says("no-such-map")),
  },
  {
    it: "a missing ConfigMap for a mount may come within its grace",
    snapshot: "missing-mounted-config-map",
    evidence: captured,
    settings: { seenSeconds: 5 },
    expected: { kind: "initializing", container: "init", reason: "FailedMount" },
  },
  {
    it: "a missing key for a mount has failed after its grace",
    snapshot: "missing-mounted-key",
    evidence: captured,
    settings: after("missingConfig"),
    expected: failed("FailedMount", undefined, says("no-such-key")),
  },
  {
    it: "an event of a mount that has worked since then says nothing",
    snapshot: "mounted-config-map-came-late",
    evidence: captured,
    settings: long,
    expected: { kind: "initializing", container: "init" },
  },
  {
    it: "runAsNonRoot with an image that runs as root is final at once",
    snapshot: "run-as-non-root",
    evidence: captured,
    expected: failed("CreateContainerConfigError", "init", says("runAsNonRoot")),
  },
  {
    it: "runAsNonRoot with runAsUser 0 is final at once",
    snapshot: "run-as-user-zero",
    evidence: captured,
    expected: failed("CreateContainerConfigError", "init", says("non-root policy")),
  },
  {
    it: "a kubelet that has not yet read the Services heals by itself",
    snapshot: "services-not-read",
    evidence: { constructed: "kubelet says so only in its first moments; text of its source" },
    settings: long,
    expected: { kind: "initializing", container: "init" },
  },
  {
    it: "a start error that a loaded node may cause has its grace",
    snapshot: "start-times-out",
    evidence: { constructed: "needs an overloaded container runtime; text of containerd's source" },
    settings: within("containerStart"),
    expected: { kind: "initializing", container: "init", reason: "CreateContainerError" },
  },
  {
    it: "a start error of unknown cause has failed after its grace",
    snapshot: "start-times-out",
    evidence: { constructed: "needs an overloaded container runtime; text of containerd's source" },
    settings: after("containerStart"),
    expected: failed("CreateContainerError", "init", says("deadline exceeded")),
  },
];

const scheduling: Row[] = [
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

const wholePods: Row[] = [
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

const progress: Row[] = [
  {
    it: "a Pod that was just scheduled is at its first init container",
    snapshot: "just-scheduled",
    evidence: captured,
    settings: long,
    expected: { kind: "initializing", container: "init" },
  },
  {
    it: "an init container may run for as long as it likes",
    snapshot: "init-running",
    evidence: captured,
    settings: long,
    expected: { kind: "initializing", container: "init" },
  },
  {
    it: "a sidecar whose startup probe has not passed holds the next init container back",
    snapshot: "sidecar-starting",
    evidence: captured,
    settings: long,
    expected: { kind: "initializing", container: "sidecar" },
  },
  {
    it: "a sidecar that has started is done as an init step",
    snapshot: "sidecar-started",
    evidence: captured,
    settings: long,
    expected: { kind: "initializing", container: "init" },
  },
  {
    it: "an app whose readiness probe doesn't pass is starting",
    snapshot: "readiness-probe-fails",
    evidence: captured,
    settings: long,
    expected: { kind: "starting", container: "app" },
  },
  {
    it: "a readiness gate that is not met is named",
    snapshot: "readiness-gate",
    evidence: captured,
    settings: long,
    expected: { kind: "starting", reason: "ReadinessGatesNotReady" },
  },
  {
    it: "a Pod whose condition says so is Ready",
    snapshot: "ready",
    evidence: captured,
    expected: { kind: "ready" },
  },
  {
    it: "an ephemeral container that fails is nobody's business",
    snapshot: "ready-with-ephemeral",
    evidence: captured,
    expected: { kind: "ready" },
  },
  {
    it: "an app without a port that ended with success has completed",
    snapshot: "app-completed",
    evidence: captured,
    expected: { kind: "completed" },
  },
  {
    it: "an app that should serve a port and ended has failed",
    snapshot: "app-completed",
    evidence: captured,
    settings: { mustServe: true },
    expected: failed("Completed", "app", says("nothing serves its port")),
  },
  {
    it: "one of two apps that ended leaves the Pod unready for good, so it has failed where it should serve",
    snapshot: "one-app-of-two-completed",
    evidence: captured,
    settings: { mustServe: true },
    expected: failed("Completed", "app"),
  },
  {
    it: "one of two apps that ended may be followed by the other where there is nothing to serve",
    snapshot: "one-app-of-two-completed",
    evidence: captured,
    settings: long,
    expected: { kind: "starting", container: "app" },
  },
];

const groups = { attempts, starts, scheduling, "Pods as a whole": wholePods, progress };
const rows = Object.values(groups).flat();
const folder = join(import.meta.dirname, "../../../fixtures/verdict");
const read = (name: string): Snapshot => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Snapshot;

function judge({ snapshot, settings }: Pick<Row, "snapshot" | "settings">): Verdict {
  const { pod, events } = read(snapshot);
  return verdict(pod, events, { retries: tolerate(1), mustServe: false, seenSeconds: 0, ...settings });
}

describe.for(Object.entries(groups))("verdict: %s", ([, group]) => {
  test.for(group)("$it", (row) => {
    const judged = judge(row);
    // A message is checked where it matters, all else always.
    expect({ ...judged, message: undefined }).toEqual({ ...row.expected, message: undefined });
    if (row.expected.message !== undefined) expect(judged).toHaveProperty("message", row.expected.message);
  });
});

describe("the table of snapshots", () => {
  test("uses every file", () => {
    const files = readdirSync(folder).map((file) => file.replace(/\.json$/, ""));
    expect(files.sort()).toEqual([...new Set(rows.map(({ snapshot }) => snapshot))].sort());
  });

  test("is complete without any watching, as when Pods of an earlier run are judged", () => {
    for (const row of rows) {
      const { pod } = read(row.snapshot);
      expect(() =>
        verdict(pod, [], { retries: tolerate(1), mustServe: false, seenSeconds: Number.POSITIVE_INFINITY }),
      ).not.toThrow();
    }
  });
});

describe("stateKey", () => {
  const key = (snapshot: string) => stateKey(read(snapshot).pod, { retries: tolerate(5), mustServe: false });

  test("stays the same between the tries of an image pull, so that their grace goes on", () => {
    expect(key("image-pull-back-off")).toBe(key("image-pull-error"));
  });

  test("stays the same while a container crashes and runs again", () => {
    expect(key("init-runs-after-failures")).toBe(key("init-first-failure"));
  });

  test("changes when a scheduling gate is lifted, so that the grace of the scheduler starts then", () => {
    expect(key("unschedulable")).not.toBe(key("scheduling-gated"));
  });

  test("changes when an image that could not be pulled has come", () => {
    expect(key("init-running")).not.toBe(key("image-pull-back-off"));
  });
});
