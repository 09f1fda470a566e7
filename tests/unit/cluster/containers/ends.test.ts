import { describe, expect, test } from "vitest";
import type { ContainerStatus, Pod, PodStatus } from "../../../../components/cluster/pods/pod.ts";
import { describePod } from "../../../../components/cluster/report/progress/describePod.ts";
import { StepReporter } from "../../../../components/cluster/report/progress/stepReporter.ts";
import { failureTable } from "../../../../components/cluster/report/table.ts";
import { currentVerdict } from "../../../../components/cluster/verdict/currentVerdict.ts";
import { verdict } from "../../../../components/cluster/verdict/verdict.ts";
import { tolerate } from "../tolerate.ts";

// Whatever a Pod ends of, kubelet stops its sidecars last: how those end is nobody's fault.

const terminated = (
  name: string,
  exitCode: number,
  reason = exitCode === 0 ? "Completed" : "Error",
): ContainerStatus => ({
  name,
  restartCount: 0,
  state: { terminated: { exitCode, reason } },
});
const initializing = (name: string): ContainerStatus => ({
  name,
  restartCount: 0,
  state: { waiting: { reason: "PodInitializing" } },
});

interface End {
  what: string;
  init: ContainerStatus;
  app: ContainerStatus;
  status: Partial<PodStatus>;
  deleted?: boolean;
  /** Whom `up` names; nobody where the Pod as a whole ended, or all is well. */
  named?: "init" | "app";
  policy?: string;
}

const ends: End[] = [
  {
    what: "its init container failed for good",
    init: terminated("init", 3),
    app: initializing("app"),
    status: { phase: "Failed" },
    named: "init",
  },
  {
    what: "its init container failed for good, and kubelet has not said so of the Pod yet",
    init: terminated("init", 3),
    app: initializing("app"),
    status: { phase: "Pending" },
    named: "init",
  },
  {
    what: "its init container was out of memory for good, with exit code 0",
    init: terminated("init", 0, "OOMKilled"),
    app: initializing("app"),
    status: { phase: "Pending" },
    named: "init",
  },
  {
    what: "its app failed for good",
    init: terminated("init", 0),
    app: terminated("app", 2),
    status: { phase: "Failed" },
    named: "app",
  },
  {
    what: "its app failed for good, and its sidecar is the last to end",
    init: terminated("init", 0),
    app: terminated("app", 2),
    status: { phase: "Running" },
    named: "app",
  },
  {
    what: "its app ended, though it should serve",
    init: terminated("init", 0),
    app: terminated("app", 0),
    status: { phase: "Succeeded" },
    named: "app",
  },
  {
    what: "it was evicted",
    init: terminated("init", 0),
    app: terminated("app", 137),
    status: { phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory." },
    policy: "Always",
  },
  {
    what: "its deadline is over",
    init: terminated("init", 0),
    app: terminated("app", 143),
    status: { phase: "Failed", reason: "DeadlineExceeded" },
    policy: "Always",
  },
  {
    what: "it is being deleted",
    init: terminated("init", 0),
    app: terminated("app", 143),
    status: { phase: "Running" },
    deleted: true,
    policy: "Always",
  },
];

const cases = ends.flatMap((end) => [0, 3, 137, 143].map((sidecarExit) => ({ ...end, sidecarExit })));

function podOf({ init, app, status, deleted, sidecarExit, policy = "Never" }: End & { sidecarExit: number }): Pod {
  return {
    metadata: {
      name: "web",
      namespace: "shop",
      uid: "u",
      creationTimestamp: "2026-01-01T00:00:00Z",
      annotations: { "init-pod.dev/port": "80", "init-pod.dev/retries": "0" },
      ...(deleted === true ? { deletionTimestamp: "2026-01-01T00:00:30Z" } : {}),
    },
    spec: {
      restartPolicy: policy,
      initContainers: [{ name: "aside", restartPolicy: "Always" }, { name: "init" }],
      containers: [{ name: "app" }],
    },
    status: {
      conditions: [{ type: "PodScheduled", status: "True" }],
      initContainerStatuses: [terminated("aside", sidecarExit), init],
      containerStatuses: [app],
      ...status,
    },
  };
}

describe.for(cases)("where a Pod has ended as $what, and its sidecar with $sidecarExit", ({ named, ...end }) => {
  const pod = podOf(end);

  test("`up` names who is at fault", () => {
    const judged = verdict(pod, [], { retries: tolerate(0), mustServe: true, seenSeconds: 0 });
    expect(judged.kind).toBe("failed");
    expect(judged.kind === "failed" ? judged.container : "").toBe(named);
  });

  test("`status` and the page name the same one, and blame the sidecar neither in words nor by a sign", async () => {
    const text = describePod(pod, currentVerdict(pod, []));
    expect(text).not.toContain("aside");
    if (named !== undefined) expect(text).toContain(`"${named}"`);
    const steps = await new StepReporter(undefined).stepsOf(pod);
    const failed = steps.filter(({ state }) => state === "failed").map(({ name }) => name);
    const endedWell = named === "app" && pod.status?.phase === "Succeeded";
    expect(failed).toEqual(named === undefined || endedWell ? [] : [named]);
    const [aside] = failureTable(pod, named, undefined);
    expect(aside).toMatchObject({
      state: end.sidecarExit === 0 ? "completed" : `stopped, ${end.sidecarExit}`,
      isAtFault: false,
    });
  });
});
