import { describe, expect, test } from "vitest";
import { difference, parsePath, pathText } from "../../../../sandbox/providers/kubernetes/diff.ts";
import { podHealth, serviceHealth } from "../../../../sandbox/providers/kubernetes/health.ts";
import { immutableFields } from "../../../../sandbox/providers/kubernetes/immutable.ts";
import { normalize, prune } from "../../../../sandbox/providers/kubernetes/inputs.ts";
import { parsePathCondition } from "../../../../sandbox/providers/kubernetes/jsonpath.ts";
import { connection } from "../../../../sandbox/providers/kubernetes/kubeconfig.ts";
import { assignName, keepName } from "../../../../sandbox/providers/kubernetes/naming.ts";
import { typeOf } from "../../../../sandbox/providers/kubernetes/object.ts";
import { isOwnCreation, moveOwnership } from "../../../../sandbox/providers/kubernetes/ownership.ts";
import { canonicalQuantity } from "../../../../sandbox/providers/kubernetes/quantity.ts";
import { customConditions } from "../../../../sandbox/providers/kubernetes/ready.ts";
import { makeState, parseState } from "../../../../sandbox/providers/kubernetes/state.ts";
import { hasSecret, isSecret, plain, secret } from "../../../../sandbox/providers/wire.ts";

const mutable = { configMaps: false, secrets: false };
const podFields = immutableFields({ apiVersion: "v1", kind: "Pod" }, mutable);
const noSeed = new Uint8Array();

describe("quantities", () => {
  test.for([
    ["1000m", "1"],
    ["0.5", "500m"],
    ["1024Mi", "1Gi"],
    ["1.5Gi", "1536Mi"],
    ["1000k", "1M"],
    ["100m", "100m"],
    ["0", "0"],
    ["not one", "not one"],
  ])("%s is written as %s", ([said, canonical]) => {
    expect(canonicalQuantity(said ?? "")).toBe(canonical);
  });
});

describe("inputs", () => {
  test("what the API server leaves out is left out, but not in the user's own maps", () => {
    const normal = normalize({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { labels: { empty: "" }, annotations: {}, uid: "x" },
      spec: {
        hostNetwork: false,
        volumes: [{ name: "a", emptyDir: {} }],
        containers: [{ name: "a", args: [], tty: false }],
      },
    });
    expect(normal).toEqual({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { labels: { empty: "" } },
      spec: { volumes: [{ name: "a", emptyDir: {} }], containers: [{ name: "a" }] },
    });
  });

  test("a Secret's stringData becomes data", () => {
    const normal = normalize({ apiVersion: "v1", kind: "Secret", stringData: { a: "b" } });
    expect(normal).toEqual({ apiVersion: "v1", kind: "Secret", data: { a: "Yg==" } });
  });

  test("pruning keeps the shape of what was said", () => {
    expect(prune({ a: 1, b: { c: 2, d: 3 }, e: [{ f: 1, g: 2 }, { f: 3 }] }, { b: { c: 0 }, e: [{ f: 0 }] })).toEqual({
      b: { c: 2 },
      e: [{ f: 1 }],
    });
  });
});

describe("differences", () => {
  const spec = (container: object, fields: object = {}) => ({
    spec: { containers: [{ name: "a", image: "x", ...container }], ...fields },
  });
  const change = (before: object, after: object) =>
    Object.fromEntries(difference(spec(before), spec(after), podFields, []));

  test("an image replaces, a label and an envFrom update", () => {
    expect(change({}, { image: "y" })).toEqual({ "spec.containers[0].image": { kind: "update", replace: true } });
    expect(change({}, { envFrom: [] })).toEqual({ "spec.containers[0].envFrom": { kind: "add", replace: false } });
    const labels = difference(
      { metadata: { labels: { "a.b": "1" } } },
      { metadata: { labels: { "a.b": "2" } } },
      podFields,
      [],
    );
    expect([...labels]).toEqual([['metadata.labels["a.b"]', { kind: "update", replace: false }]]);
  });

  test("a whole list of containers that is removed replaces, a single one at its end doesn't", () => {
    const initContainers = [{ name: "i", image: "x" }];
    const all = difference(spec({}, { initContainers }), spec({}), podFields, []);
    expect([...all]).toEqual([["spec.initContainers", { kind: "delete", replace: true }]]);
    const two = {
      spec: {
        containers: [
          { name: "a", image: "x" },
          { name: "b", image: "x" },
        ],
      },
    };
    expect([...difference(two, spec({}), podFields, [])]).toEqual([
      ["spec.containers[1]", { kind: "delete", replace: false }],
    ]);
  });

  test("what is ignored is no change", () => {
    expect(difference(spec({}), spec({ image: "y" }), podFields, ["spec.containers[*].image"]).size).toBe(0);
  });

  test("paths survive being written and read", () => {
    const path = ["metadata", "annotations", "a.b/c", "x", 0];
    expect(parsePath(pathText(path))).toEqual(path);
  });
});

describe("conditions of waitFor", () => {
  const pod = {
    status: {
      phase: "Running",
      conditions: [
        { type: "Ready", status: "False" },
        { type: "Init", status: "True" },
      ],
    },
  };

  test("a path selects, with and without a filter", () => {
    expect(parsePathCondition("jsonpath={.status.phase}=Running").select(pod)).toEqual(["Running"]);
    expect(parsePathCondition('jsonpath={.status.conditions[?(@.type=="Init")].status}').select(pod)).toEqual(["True"]);
    expect(() => parsePathCondition("jsonpath=.metadata")).toThrow("jsonpath={.path}");
  });

  test("one or a list of them, each with its prefix", () => {
    expect(
      customConditions('["condition=Ready=False", "jsonpath={.status.phase}"]').map((met) => met(pod).met),
    ).toEqual([true, true]);
    expect(customConditions("condition=Ready").map((met) => met(pod).met)).toEqual([false]);
    expect(() => customConditions("Ready")).toThrow("prefix");
  });
});

describe("health", () => {
  test("a Pod in its init containers is not initialized, and says which container", () => {
    const health = podHealth({
      metadata: { name: "p", namespace: "off" },
      status: {
        conditions: [
          { type: "PodScheduled", status: "True" },
          {
            type: "Initialized",
            status: "False",
            reason: "ContainersNotInitialized",
            message: "containers with incomplete status: [init]",
          },
        ],
        containerStatuses: [{ name: "app", ready: false, state: { waiting: { reason: "PodInitializing" } } }],
      },
    });
    expect(health.ready).toBe(false);
    expect(health.reasons).toEqual(["[Pod off/p]: containers with incomplete status: [init][PodInitializing] "]);
  });

  test("a Service waits for Pods that aren't ready, but not without a selector", () => {
    const selecting = { spec: { selector: { a: "b" } } };
    expect(serviceHealth(selecting, { subsets: [{ notReadyAddresses: [{}] }] }).ready).toBe(false);
    expect(serviceHealth(selecting, { subsets: [{ addresses: [{}] }] }).ready).toBe(true);
    expect(serviceHealth({ spec: {} }, undefined).ready).toBe(true);
  });
});

describe("names", () => {
  test("an unnamed object gets one and keeps it, a named one doesn't change", () => {
    const made = assignName({ metadata: {} }, "web", noSeed, undefined);
    expect(made.metadata).toMatchObject({ annotations: { "pulumi.com/autonamed": "true" } });
    expect(keepName({ metadata: {} }, made)).toEqual(made);
    const own = { metadata: { name: "mine" } };
    expect(assignName(own, "web", noSeed, undefined)).toBe(own);
  });

  test("the engine's own naming is followed", () => {
    const made = assignName({ metadata: {} }, "web", noSeed, { mode: "enforce", proposed: "web" });
    expect(made.metadata).toMatchObject({ name: "web" });
    expect(() => assignName({}, "web", noSeed, { mode: "disable", proposed: "" })).toThrow("disabled");
  });

  test("apiVersion and kind come from the type", () => {
    const urn = (type: string) => `urn:pulumi:dev::p::parent:index:Type$${type}::name`;
    expect(typeOf(urn("kubernetes:core/v1:Pod"))).toEqual({ apiVersion: "v1", kind: "Pod", patch: false });
    expect(typeOf(urn("kubernetes:apps/v1:DeploymentPatch"))).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      patch: true,
    });
  });
});

describe("ownership", () => {
  const live = {
    metadata: {
      resourceVersion: "7",
      managedFields: [
        { manager: "pulumi-kubernetes", operation: "Update", fieldsV1: { "f:spec": { "f:a": {} } } },
        { manager: "kubelet", operation: "Update", subresource: "status", fieldsV1: {} },
      ],
    },
  };

  test("the first update moves what the creation wrote to the applier", () => {
    expect(isOwnCreation(live)).toBe(true);
    const [fields] = moveOwnership(live, "pulumi-kubernetes-1") ?? [];
    expect(fields).toMatchObject({
      path: "/metadata/managedFields",
      value: [
        { manager: "kubelet" },
        { manager: "pulumi-kubernetes-1", operation: "Apply", fieldsV1: { "f:spec": { "f:a": {} } } },
      ],
    });
  });
});

describe("state and secrets", () => {
  test("state goes out and in, with secrets marked only where they are", () => {
    const inputs = { apiVersion: "v1", kind: "ConfigMap", data: { a: "1", b: "2" } };
    const state = makeState(
      { inputs, live: { ...inputs, metadata: { name: "c" } }, fieldManager: "m", initialApiVersion: "v1" },
      { data: { a: secret("1") } },
    );
    expect(isSecret((state.data as Record<string, never>).a)).toBe(true);
    expect(parseState(state)).toEqual({
      inputs,
      live: { ...inputs, metadata: { name: "c" } },
      fieldManager: "m",
      initialApiVersion: "v1",
    });
  });

  test("of a Secret, the values are marked and the name isn't", () => {
    const object = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data: { a: "Yg==" } };
    const state = makeState({ inputs: object, live: object, fieldManager: "", initialApiVersion: "v1" }, {});
    expect(hasSecret(state.metadata)).toBe(false);
    expect(isSecret(state.data)).toBe(true);
    expect(plain(state).data).toEqual(object.data);
  });
});

describe("kubeconfig", () => {
  const kubeconfig = JSON.stringify({
    "current-context": "one",
    clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1/" } }],
    users: [{ name: "u", user: { token: "t" } }],
    contexts: [{ name: "one", context: { cluster: "c", user: "u", namespace: "space" } }],
  });

  test("content, context and namespace lead to a connection", async () => {
    const found = connection({ kubeconfig });
    expect(found).toMatchObject({ server: "https://127.0.0.1:1", context: "one", namespace: "space" });
    expect(await found.headers()).toEqual({ authorization: "Bearer t" });
    expect(connection({ kubeconfig, namespace: "other" }).namespace).toBe("other");
  });

  test("a context that isn't there is named, with those that are", () => {
    expect(() => connection({ kubeconfig, context: "two" })).toThrow('context "two" does not exist: it has one');
  });
});
