import { describe, expect, test } from "vitest";
import type {
  ContainerRole,
  ContainerSpec,
  ContainerStatus,
  Pod,
  TerminatedState,
} from "../../../../components/cluster/pods/pod.ts";
import { failureReport } from "../../../../components/cluster/report/failure.ts";
import { describePod } from "../../../../components/cluster/report/progress/describePod.ts";
import { progressLine } from "../../../../components/cluster/report/progress/progressLine.ts";
import { StepReporter } from "../../../../components/cluster/report/progress/stepReporter.ts";
import type { Verdict } from "../../../../components/cluster/verdict/types.ts";
import { verdict } from "../../../../components/cluster/verdict/verdict.ts";
import { tolerate } from "../tolerate.ts";

// Each role of a container, under each policy, after each kind of exit, in each state in which kubelet shows that.

const policies = {
  Always: {},
  OnFailure: {},
  Never: {},
  "Never, of its own": { restartPolicy: "Never" },
  "OnFailure, of its own": { restartPolicy: "OnFailure" },
  "Never, of its own, and a rule for 42": {
    restartPolicy: "Never",
    restartPolicyRules: [{ action: "Restart", exitCodes: { operator: "In", values: [42] } }],
  },
} satisfies Record<string, Partial<ContainerSpec>>;
type Policy = keyof typeof policies;

const exits = {
  success: { exitCode: 0, reason: "Completed" },
  "success, out of memory": { exitCode: 0, reason: "OOMKilled" },
  failure: { exitCode: 1, reason: "Error" },
  "failure with a rule": { exitCode: 42, reason: "Error" },
  "out of memory": { exitCode: 137, reason: "OOMKilled" },
  killed: { exitCode: 137, reason: "Error" },
  terminated: { exitCode: 143, reason: "Error" },
  "never ran": { exitCode: 128, reason: "StartError", startedAt: "1970-01-01T00:00:00Z" },
  lost: { exitCode: 137, reason: "ContainerStatusUnknown" },
  "lost by containerd": { exitCode: 255, reason: "Unknown" },
  "restarted with all": { exitCode: 137, reason: "RestartingAllContainers" },
} satisfies Record<string, TerminatedState>;
type Exit = keyof typeof exits;

/** What is known of an exit without any code of ours. */
const invented: readonly Exit[] = ["never ran", "lost", "lost by containerd", "restarted with all"];
const unseen: readonly Exit[] = ["lost", "lost by containerd", "restarted with all"];

const shapes = {
  "has ended": (exit: TerminatedState) => ({ restartCount: 1, state: { terminated: exit } }),
  "waits for the next attempt": (exit: TerminatedState) => ({
    restartCount: 1,
    state: { waiting: { reason: "CrashLoopBackOff" } },
    lastState: { terminated: exit },
  }),
  "runs again": (exit: TerminatedState) => ({
    restartCount: 2,
    state: { running: {} },
    lastState: { terminated: exit },
  }),
};

interface Case {
  role: ContainerRole;
  policy: Policy;
  exit: Exit;
  shape: keyof typeof shapes;
}

function kubeletRestarts({ role, policy, exit }: Case): boolean {
  const { exitCode } = exits[exit];
  if (role === "sidecar" || policy === "Always") return true;
  if (policy.includes("rule") && exitCode === 42) return true;
  // Seen on the cluster: by a new sandbox, for all that its exit code says, unless the Pod's own policy is Never.
  if (role === "init" && exit === "success, out of memory") return policy !== "Never";
  return policy.startsWith("OnFailure") && exitCode !== 0;
}

/** As kubelet counts: isInitContainerFailed for init containers, the exit code for others, which are to run on. */
function isBad(one: Case): boolean {
  const { exitCode, reason } = exits[one.exit];
  if (unseen.includes(one.exit) && kubeletRestarts(one)) return false;
  if (one.exit === "restarted with all") return false;
  if (one.role === "init") return exitCode !== 0 || reason === "OOMKilled";
  return exitCode !== 0 || kubeletRestarts(one);
}

const cases: Case[] = (["init", "sidecar", "app"] as const).flatMap((role) =>
  (Object.keys(policies) as Policy[])
    .filter((policy) => role !== "sidecar" || !policy.includes("own"))
    .flatMap((policy) =>
      (Object.keys(exits) as Exit[]).flatMap((exit) =>
        (Object.keys(shapes) as (keyof typeof shapes)[])
          .map((shape) => ({ role, policy, exit, shape }))
          // Kubelet shows the latter two only of what it starts again, and an init container that is through does not run again.
          .filter((one) => one.shape === "has ended" || kubeletRestarts(one))
          .filter((one) => role !== "init" || isBad(one) || one.shape === "has ended" || unseen.includes(exit)),
      ),
    ),
);

function podOf({ role, policy, exit, shape }: Case): Pod {
  const spec = { name: "it", image: "i", ...(role === "sidecar" ? { restartPolicy: "Always" } : policies[policy]) };
  const status: ContainerStatus = {
    name: "it",
    // Kubelet goes by the exit code alone here, also where it then starts the container again.
    ready: role === "init" && shape === "has ended" && exits[exit].exitCode === 0,
    ...shapes[shape](exits[exit]),
  };
  const other: ContainerStatus = {
    name: "other",
    restartCount: 0,
    ready: role !== "app",
    state: role === "app" ? { running: {} } : { waiting: { reason: "PodInitializing" } },
  };
  return {
    metadata: { name: "web", namespace: "shop", uid: "u" },
    spec: {
      restartPolicy: policy.includes("own") ? "Always" : policy,
      initContainers: role === "app" ? [] : [spec],
      containers: role === "app" ? [spec, { name: "other" }] : [{ name: "other" }],
    },
    status: {
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "True" }],
      initContainerStatuses: role === "app" ? [] : [status],
      containerStatuses: role === "app" ? [status, other] : [other],
    },
  };
}

const judge = (pod: Pod, retries: number): Verdict =>
  verdict(pod, [], { retries: tolerate(retries), mustServe: false, seenSeconds: 0 });

async function stepText(pod: Pod): Promise<{ state: string; text: string }> {
  const steps = await new StepReporter(undefined).stepsOf(pod);
  const { state = "", text = "" } = steps.find(({ name }) => name === "it") ?? {};
  return { state, text };
}

const ofMemory = /memory/;

describe.for(cases)("a container of role $role under $policy after $exit, which $shape", (one) => {
  const pod = podOf(one);
  const bad = isBad(one);
  const over = one.shape === "has ended" && !kubeletRestarts(one);

  test("has failed where kubelet counts it so, and the retries are used up or there will be none", () => {
    const judged = judge(pod, 0);
    expect(judged.kind === "failed" && judged.container === "it").toBe(bad);
    expect(judge(pod, 5).kind === "failed").toBe(bad && over);
  });

  test("is shown on the page and in `status` as what it is judged to be", async () => {
    const { state, text } = await stepText(pod);
    const shown = one.shape === "runs again" ? "running" : bad ? "failed" : undefined;
    if (shown === undefined) expect(state).not.toBe("failed");
    else expect(state).toBe(shown);
    if (state === "failed" && exits[one.exit].reason === "OOMKilled") expect(text).toMatch(ofMemory);
  });

  test("is told of in the same words by `up` and by `status`, without an exit code that nobody ended with", async () => {
    const judged = judge(pod, 0);
    const tolerated = judge(pod, 5);
    const said = [(await stepText(pod)).text, describePod(pod, judged), describePod(pod, tolerated)];
    if (judged.kind === "failed") {
      const { cause } = failureReport({ pod, verdict: judged, tail: { lines: [], truncated: false } });
      said.push(cause);
      if (exits[one.exit].reason === "OOMKilled") for (const text of said.slice(1)) expect(text).toMatch(ofMemory);
    }
    if (tolerated.kind !== "failed") {
      const line = progressLine(pod, tolerated, tolerate(5));
      const [, how] = /"it" (.*), kubelet tries again/.exec(line) ?? [];
      expect(how !== undefined).toBe(bad);
      if (how !== undefined) expect(describePod(pod, tolerated)).toContain(`which ${how}`);
      said.push(line);
    }
    if (invented.includes(one.exit)) {
      for (const text of said) expect(text).not.toMatch(new RegExp(`\\b${exits[one.exit].exitCode}\\b`));
    }
  });
});
