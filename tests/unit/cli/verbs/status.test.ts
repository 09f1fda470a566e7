import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ClusterView } from "../../../../components/cli/verbs/clusterView.ts";
import { forwardStatus } from "../../../../components/cli/verbs/forwardStatus.ts";
import { type Status, statusOf } from "../../../../components/cli/verbs/status.ts";
import { ApiError, UnreachableError } from "../../../../components/cluster/api/errors.ts";
import { type ForwardRequest, listDesired, writeDesired } from "../../../../components/forward/state/desired.ts";
import { holdForward } from "../../../../components/forward/state/hold.ts";
import { takeLock } from "../../../../components/forward/state/lock.ts";
import { ownIdentity } from "../../../../components/forward/state/processIdentity.ts";
import { answerQuestions } from "../../../../components/forward/state/question.ts";
import { type ForwardRecord, writeRecord } from "../../../../components/forward/state/record.ts";
import { temporaryFolder } from "../../forward/helpers";
import { clusterOf, command, crashing, done, initializing, podOf, ready, serving, unpullable, working } from "../shop";

const request: ForwardRequest = {
  id: "web-0123456789",
  name: "web",
  access: {},
  clusterUid: "cluster",
  context: "dev",
  server: "https://dev",
  namespace: "shop",
  selector: { "init-pod.dev/id": "web-0123456789" },
  podPort: 80,
  localPort: 20_001,
  protocol: "http",
  showLogs: true,
};

/** A machine that forwards as `requested`, with what its daemon, which is this process, says of it. */
function machine(requested: Partial<ForwardRequest>, record?: Partial<ForwardRecord>): string {
  const folder = temporaryFolder();
  const { key } = writeDesired(folder, { ...request, ...requested }, "1.0.0");
  const lock = { ...ownIdentity(), version: "1.0.0" };
  takeLock(folder, lock);
  if (record !== undefined) {
    writeRecord(folder, key, {
      revision: "",
      pid: lock.pid,
      version: lock.version,
      localPort: 20_001,
      listening: true,
      connections: { open: 1, total: 7 },
      bytes: { sent: 10, received: 20 },
      ...record,
    });
  }
  return folder;
}

const commands = ({ next }: Status): string[] => next.map((step) => step.command);
const show = async (view: ClusterView | Error, folder = temporaryFolder()) => await statusOf(folder, command(), view);

describe("the status of an InitPod", () => {
  test.each([
    ["ready", ready, true],
    ["starting", initializing(done, working), false],
    ["failing", initializing(done, crashing), false],
    ["failing", initializing(unpullable), false],
    ["failing", { phase: "Failed", reason: "Evicted", message: "The node was low on memory." }, false],
    ["failing", { phase: "Succeeded", containerStatuses: [{ ...done, name: "app" }] }, false],
    [
      "failing",
      { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", message: "0/1 nodes" }] },
      false,
    ],
    ["starting", { phase: "Pending" }, false],
  ] as const)("is %s: %#", async (state, status, healthy) => {
    const found = await show(clusterOf([podOf("web", status as typeof ready)]));
    expect(found.initPods[0]?.state).toBe(state);
    expect(found.healthy).toBe(healthy);
  });

  test("is completed where it ran to its end and has nothing to serve", async () => {
    const job = podOf("job", { phase: "Succeeded" }, { annotations: {} });
    expect(await show(clusterOf([job]))).toMatchObject({ healthy: true, initPods: [{ state: "completed", url: "" }] });
  });

  test("tells of both Pods while one is replaced, and of it by the new one", async () => {
    const old = podOf("web", ready, { name: "web-old", uid: "old" });
    const next = podOf("web", initializing(crashing), { name: "web-new", creationTimestamp: "2026-01-02T00:00:00Z" });
    const [initPod] = (await show(clusterOf([old, next]))).initPods;
    expect(initPod?.state).toBe("failing");
    expect(initPod?.pods.map(({ name, ready }) => [name, ready])).toEqual([
      ["web-new", false],
      ["web-old", true],
    ]);
  });

  test("is well though a replaced Pod still goes", async () => {
    const gone = { name: "web-old", uid: "old", deletionTimestamp: "2026-01-01T00:01:00Z" };
    expect((await show(clusterOf([podOf("web", ready), podOf("web", ready, gone)]))).healthy).toBe(true);
  });

  test("says what Kubernetes says of a container that can't start, and nothing of a mere pause", async () => {
    const { initPods } = await show(
      clusterOf([podOf("a", initializing(unpullable)), podOf("b", initializing(crashing))]),
    );
    expect(initPods[0]?.pods[0]?.message).toBe("no such host");
    expect(initPods[1]?.pods[0]).not.toHaveProperty("message");
  });
});

describe("the ends of logs", () => {
  const pods = [podOf("web", initializing(done, crashing, working))];
  const logs = ({ initPods }: Status) => initPods[0]?.pods[0]?.steps.map(({ name, log }) => [name, ...log]);

  test("are shown of steps that failed or run", async () => {
    const status = await show(clusterOf(pods), machine({ showLogs: true }));
    expect(logs(status)).toEqual([["get"], ["migrate", "log of migrate"], ["import", "log of import"], ["app"]]);
  });

  test.each([
    ["a step was given a secret", machine, { showLogs: false }],
    ["nobody knows whether one was", machine, { showLogs: undefined }],
    ["the forward is of another cluster", machine, { clusterUid: "other" }],
  ])("are left out where %s", async (_why, forwards, requested) => {
    const asked: string[] = [];
    const logTail = ({ container }: { container: string }) => Promise.resolve([`${asked.push(container)}`]);
    const status = await show(clusterOf(pods, { logTail }), forwards(requested));
    expect(logs(status)?.flat()).toEqual(["get", "migrate", "import", "app"]);
    expect(asked).toEqual([]);
  });

  test("are left out of a Pod that is well", async () => {
    const status = { ...ready, initContainerStatuses: [done, working] };
    expect(logs(await show(clusterOf([podOf("web", status)]), machine({})))).toEqual([["get"], ["import"], ["app"]]);
  });
});

const pod = { name: "web-1", uid: "web-uid" };

function failure(final: boolean): ForwardRecord["failure"] {
  return { podUid: "web-uid", message: "Nothing listens.", final, count: 1 };
}

describe("the status of a forward", () => {
  const web = clusterOf([podOf("web", ready)]);

  test("tells of its Pod, traffic and latency", async () => {
    const status = await show(web, machine({}, { pod, latencyMs: 3.2 }));
    expect(status).toMatchObject({ healthy: true, next: [], initPods: [{ forwarded: true }] });
    expect(status.forwards).toEqual([
      {
        name: "web",
        namespace: "shop",
        context: "dev",
        url: "http://127.0.0.1:20001",
        state: "forwarding",
        pod: "web-1",
        problem: undefined,
        latencyMs: 3.2,
        connections: { open: 1, total: 7 },
        bytes: { sent: 10, received: 20 },
      },
    ]);
  });

  test.each([
    [
      "whose app does not listen",
      { pod, failure: failure(false) },
      { state: "forwarding", problem: { kind: "notAnswering", message: "Nothing listens." } },
    ],
    [
      "whose Pod was deleted from outside",
      { withoutPodSince: "2026-01-01T00:00:00Z" },
      {
        state: "waiting",
        problem: { kind: "noPod", message: expect.stringContaining("No Pod of web exists") as string },
      },
    ],
    [
      "whose Pod was deleted while it answered",
      { withoutPodSince: "2026-01-01T00:00:00Z", failure: failure(false) },
      { state: "waiting", problem: { kind: "noPod" } },
    ],
    ["whose daemon is no more", { pod, pid: 1 }, { state: "down", problem: { kind: "notRunning" } }],
    [
      "that may not listen",
      { listening: false, error: "EACCES" },
      { state: "down", problem: { kind: "notListening", message: "It does not listen: EACCES." } },
    ],
  ])("%s is not well", async (_what, record, expected) => {
    const status = await show(web, machine({}, record));
    expect(status.healthy).toBe(false);
    expect(status.forwards).toMatchObject([expected]);
  });

  test("that waits for a Pod is as well as its InitPod", async () => {
    const status = await show(clusterOf([]), machine({}, {}));
    expect(status).toMatchObject({ healthy: true, forwards: [{ state: "waiting" }] });
  });

  test("is down where its daemon hangs, whatever the record says", async () => {
    const folder = machine({}, { pod });
    takeLock(folder, { ...ownIdentity(), version: "1.0.0", takesQuestions: true });
    const status = await show(web, folder);
    expect(status).toMatchObject({ healthy: false, daemon: { responds: false }, initPods: [{ forwarded: false }] });
    expect(status.forwards).toMatchObject([{ state: "down", problem: { kind: "notResponding" } }]);
    expect(commands(status)).toEqual(["npx init-pod forward"]);
  });

  test("is well without a Pod while an `up` works on it", async () => {
    const folder = machine({}, { withoutPodSince: "2026-01-01T00:00:00Z" });
    onTestFinished(holdForward(request, folder));
    expect(await show(clusterOf([]), folder)).toMatchObject({ healthy: true, next: [] });
  });

  test("names the program that has its port", () => {
    const folder = machine({}, { listening: false, error: "EADDRINUSE" });
    const found = listDesired(folder).map((stored) =>
      forwardStatus(folder, stored, { pid: process.pid, version: "" }, () => "nginx (process 1)"),
    );
    const problem = { kind: "portTaken", message: "Port 20001 is used by nginx (process 1)." };
    expect(found).toMatchObject([{ state: "down", problem }]);
  });

  test("is left out where it is of another namespace than the one asked for", async () => {
    const folder = machine({ namespace: "other" }, { pod });
    expect((await statusOf(folder, command({ namespace: "shop" }), web)).forwards).toEqual([]);
    expect((await statusOf(folder, command(), web)).forwards).toHaveLength(1);
  });
});

test("has the fields that docs/command.md documents, and no others", async () => {
  const record = { pod, latencyMs: 3.2, failure: failure(false) };
  const pods = [podOf("web", ready), podOf("tpl", initializing(unpullable))];
  const folder = machine({}, record);
  takeLock(folder, { ...ownIdentity(), version: "1.0.0", takesQuestions: true });
  const answering = setInterval(() => answerQuestions(folder), 20);
  onTestFinished(() => clearInterval(answering));
  const shown = JSON.parse(JSON.stringify(await show(clusterOf(pods), folder))) as object;
  const docs = readFileSync(join(import.meta.dirname, "../../../../docs/command.md"), "utf8");
  const block = /interface Status \{([^]*?)\n\}/.exec(docs)?.[1] ?? "";
  const documented = new Set([...block.matchAll(/(\w+)\??: /g)].map(([, field]) => field));
  expect([...fieldsOf(shown)].filter((field) => !documented.has(field))).toEqual([]);
  expect([...documented].filter((field) => !fieldsOf(shown).has(field ?? ""))).toEqual([]);
});

function fieldsOf(value: unknown): Set<string> {
  if (Array.isArray(value)) return new Set(value.flatMap((one) => [...fieldsOf(one)]));
  if (typeof value !== "object" || value === null) return new Set();
  return new Set(Object.entries(value).flatMap(([name, inner]) => [name, ...fieldsOf(inner)]));
}

describe("what to do next", () => {
  test("is nothing where all is well", async () => {
    expect((await show(clusterOf([podOf("web", ready, { annotations: {} })]))).next).toEqual([]);
  });

  test.each([
    ["a step failed", initializing(crashing), ["kubectl logs -n shop web-1 -c migrate", "pulumi up"]],
    ["a step can't start", initializing(unpullable), ["kubectl describe pod -n shop web-1", "pulumi up"]],
    ["a step runs", initializing(working), ["npx init-pod logs shop/web import -f"]],
    ["no node has taken it", { phase: "Pending" }, ["kubectl describe pod -n shop web-1"]],
    [
      "it is not Ready though it runs",
      { phase: "Running", containerStatuses: [serving] },
      ["kubectl describe pod -n shop web-1"],
    ],
  ] as const)("where %s", async (_what, status, expected) => {
    expect(commands(await show(clusterOf([podOf("web", status as typeof ready)])))).toEqual(expected);
  });

  test("where its only Pod goes", async () => {
    const gone = podOf("web", ready, { deletionTimestamp: "2026-01-01T00:01:00Z" });
    expect(commands(await show(clusterOf([gone])))).toEqual(["pulumi up"]);
  });

  test("asks the same cluster as the command did, each thing once", async () => {
    const pods = [podOf("a", initializing(crashing)), podOf("b", initializing(crashing))];
    const asked = command({ context: "my context", kubeconfig: "/k" });
    expect(commands(await statusOf(temporaryFolder(), asked, clusterOf(pods)))).toEqual([
      "kubectl --kubeconfig /k --context 'my context' logs -n shop a-1 -c migrate",
      "kubectl --kubeconfig /k --context 'my context' logs -n shop b-1 -c migrate",
      "pulumi up",
    ]);
  });

  test.each([
    ["whose app does not answer", { pod, failure: failure(false) }, ["kubectl logs -n shop web-1"]],
    ["that is forbidden", { pod, failure: failure(true) }, ["kubectl auth can-i create pods/portforward -n shop"]],
    ["whose API server is away", { pod, error: "connect ECONNREFUSED" }, ["kubectl version"]],
    ["whose port another program has", { listening: false, error: "EADDRINUSE" }, []],
    ["that waits for its Pod", {}, []],
    [
      "whose Pod was deleted from outside",
      { withoutPodSince: "2026-01-01T00:00:00Z" },
      ["pulumi up", "npx init-pod stop shop/web"],
    ],
  ])("about a forward %s", async (_what, record, expected) => {
    expect(commands(await show(clusterOf([podOf("web", ready)]), machine({}, record)))).toEqual(expected);
  });

  test("makes URLs answer that don't here, and forwards whose daemon is gone, of their own cluster", async () => {
    expect(commands(await show(clusterOf([podOf("web", ready)])))).toEqual(["npx init-pod forward"]);
    const elsewhere = machine({ context: "prod", clusterUid: "other" });
    expect(commands(await show(clusterOf([]), elsewhere))).toEqual(["npx init-pod forward --context prod"]);
  });

  test.each([
    [new ApiError(403, "pods is forbidden"), ["kubectl auth can-i list pods"]],
    [new UnreachableError("no answer"), ["kubectl version"]],
    [new Error("No context"), []],
  ])("where the cluster can't be read: %#", async (error, expected) => {
    const status = await show(error);
    expect(status).toMatchObject({ healthy: false, problem: error.message, initPods: [] });
    expect(commands(status)).toEqual(expected);
  });
});
