import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { InitPodArgs } from "../../components/spec/args.ts";
import { loadPackage } from "./builtPackage";

const { InitPod, isInitPodError } = loadPackage();

interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

const registered: Registered[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs, id }) => {
      registered.push({ type, name, inputs: inputs as Record<string, unknown> });
      return {
        id: id ?? `${name}-id`,
        state: { ...(inputs as object), output: (inputs as { input?: unknown }).input },
      };
    },
    call: ({ inputs }) => inputs as object,
  });
});

function resolved<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => void output.apply(resolve));
}

const args: InitPodArgs = {
  init: [{ download: { url: "https://example.com/", to: "/usr/share/nginx/html/index.html" } }],
  container: { image: "nginxinc/nginx-unprivileged:1.29", port: 8080 },
  service: {},
};

describe("an InitPod under Pulumi's mocks", () => {
  test("touches no cluster and gives every output", async () => {
    const web = new InitPod("web", args);
    expect(await resolved(web.url)).toMatch(/^http:\/\/127\.0\.0\.1:2\d{4}$/);
    expect(await resolved(web.initLogs)).toEqual([]);
    expect(await resolved(web.namespace)).toBe("default");
    const pod = registered.find(({ type, name }) => type === "kubernetes:core/v1:Pod" && name === "web");
    expect(pod?.inputs).toMatchObject({
      metadata: { namespace: "default", labels: { "app.kubernetes.io/name": "web" } },
      spec: { initContainers: [{ name: "download" }], containers: [{ name: "app" }] },
    });
  });

  test("keeps its labels and its port in one resource, with or without a port of the Pod", async () => {
    await resolved(new InitPod("worker", { container: { image: "busybox:1.37.0" } }).podName);
    const kept = registered.filter(({ type }) => type === "pulumi:index:Stash").map(({ name }) => name);
    expect(kept.filter((name) => name.startsWith("worker"))).toEqual(["worker-identity"]);
    const identity = registered.find(({ name }) => name === "worker-identity");
    expect(identity?.inputs).toMatchObject({
      // As a whole a secret under mocks, as the key in it is.
      input: {
        value: {
          id: expect.stringMatching(/^worker-[0-9a-f]{10}$/) as string,
          localPort: expect.any(Number) as number,
          key: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        },
      },
    });
  });

  test("gives the user's labels to Pod and Service, also in place of its own that nothing is found by", async () => {
    const labels = { "app.kubernetes.io/name": "shop", "example.com/team": "web" };
    const { podName, clusterUrl } = new InitPod("labelled", { ...args, labels });
    await resolved(pulumi.all([podName, clusterUrl]));
    const objects = registered.filter(({ type, name }) => type.startsWith("kubernetes:") && name === "labelled");
    expect(objects.map(({ type }) => type.split(":").pop()).sort()).toEqual(["Pod", "Service"]);
    const id = expect.stringMatching(/^labelled-[0-9a-f]{10}$/) as string;
    for (const { inputs } of objects)
      expect(inputs).toMatchObject({ metadata: { labels: { ...labels, "init-pod.dev/id": id } } });
    const service = objects.find(({ type }) => type.endsWith("Service"));
    expect(service?.inputs).toMatchObject({ spec: { selector: { "init-pod.dev/id": id } } });
    expect((service?.inputs.spec as { selector: object }).selector).toEqual({ "init-pod.dev/id": id });
  });

  test("has steps read the cluster by an account of its own, which only its Roles give rights to", async () => {
    const waits = [{ job: { name: "migrate" } }, { pod: { name: "db-0", namespace: "data" } }];
    const reader = new InitPod("reader", { ...args, init: waits.map((waitFor) => ({ waitFor })), namespace: "shop" });
    await resolved(reader.podName);
    const all = registered.filter(({ name }) => name.startsWith("reader"));
    const inputsOf = (type: string): Record<string, unknown>[] =>
      all
        .filter((one) => one.type.endsWith(type))
        .sort((one, other) => one.name.length - other.name.length)
        .map(({ inputs }) => inputs);
    const labels = { "init-pod.dev/id": expect.stringMatching(/^reader-/) as string };
    expect(inputsOf(":ServiceAccount")).toMatchObject([{ metadata: { namespace: "shop", labels } }]);
    expect(inputsOf(":Role")).toMatchObject([
      { metadata: { namespace: "shop", labels }, rules: [{ resources: ["jobs"], resourceNames: ["migrate"] }] },
      { metadata: { namespace: "data", labels }, rules: [{ resources: ["pods"], resourceNames: ["db-0"] }] },
    ]);
    const subjects = [{ kind: "ServiceAccount", namespace: "shop" }];
    expect(inputsOf(":RoleBinding")).toMatchObject([
      { metadata: { namespace: "shop" }, roleRef: { kind: "Role" }, subjects },
      { metadata: { namespace: "data" }, roleRef: { kind: "Role" }, subjects },
    ]);
    expect(inputsOf("core/v1:Pod")).toMatchObject([{ spec: { automountServiceAccountToken: false } }]);
    // It would start without rights.
    expect(all.at(-1)?.type).toBe("kubernetes:core/v1:Pod");
  });

  test("makes no secret of its outputs, though it keeps one", async () => {
    const web = new InitPod("open", args);
    for (const output of [web.url, web.podName, web.namespace, web.clusterUrl]) {
      expect(await pulumi.isSecret(output)).toBe(false);
    }
    await resolved(web.podName);
    const pod = registered.find(({ type, name }) => type === "kubernetes:core/v1:Pod" && name === "open");
    expect(pod?.inputs).toMatchObject({
      metadata: { annotations: { "init-pod.dev/applied": expect.stringMatching(/^1 \S+ \S+ \S+$/) as string } },
    });
  });

  test("makes no Secret where it generates nothing", async () => {
    const web = new InitPod("ungenerating", { ...args, generate: {} });
    await resolved(web.podName);
    expect(await resolved(web.generatedSecret)).toBe("");
    expect(registered.filter(({ name }) => name.startsWith("ungenerating-")).map(({ name }) => name)).toEqual([
      "ungenerating-identity",
    ]);
  });

  test("tells on its Pod how long a step may take, where one is limited", async () => {
    const run = { script: "true" };
    await resolved(new InitPod("limited", { ...args, init: [{ run, timeoutSeconds: 30 }, { run }] }).podName);
    const key = "init-pod.dev/timeouts";
    const annotationsOf = (wanted: string): unknown =>
      registered.find(({ type, name }) => type === "kubernetes:core/v1:Pod" && name === wanted)?.inputs.metadata;
    expect(annotationsOf("limited")).toMatchObject({ annotations: { [key]: "run=30" } });
    const init = [{ run: { script: "true" } }];
    await resolved(new InitPod("unlimited", { ...args, init }).podName);
    expect(JSON.stringify(annotationsOf("unlimited"))).not.toContain(key);
  });

  test("warns of a step's limit that is never reached, by its own default and by customTimeouts", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
    const limited = { ...args, init: [{ run: { script: "true" }, timeoutSeconds: 90 }] };
    await resolved(new InitPod("in-time", limited).podName);
    await resolved(new InitPod("too-late", limited, { customTimeouts: { create: "1m" } }).podName);
    const texts = warn.mock.calls.map(([text]) => text).filter((text) => text.includes("timeoutSeconds"));
    warn.mockRestore();
    expect(texts).toEqual([
      expect.stringMatching(/^init\[0\]\.timeoutSeconds = 90: never reached, as `up` waits 60 s/),
    ]);
  });

  test("refuses bad arguments, all problems at once", () => {
    expect(() => new InitPod("bad", { container: { image: "not an image!", port: 70000 }, timeoutSeconds: 0 })).toThrow(
      /3 problems[\s\S]*container\.image[\s\S]*container\.port[\s\S]*timeoutSeconds/,
    );
  });

  test("throws for bad arguments what a program can tell from other errors", () => {
    let thrown: unknown;
    try {
      new InitPod("bad", { container: { image: "not an image!" } });
    } catch (error) {
      thrown = error;
    }
    expect(isInitPodError(thrown)).toBe(true);
  });

  test("has an empty url without a port and without a forward", async () => {
    const image = "busybox:1.37.0";
    const bare = new InitPod("bare", { container: { image } });
    expect([await resolved(bare.url), await resolved(bare.clusterUrl)]).toEqual(["", ""]);
    expect(
      await resolved(new InitPod("never", { container: { image, port: 80 }, forward: { mode: "never" } }).url),
    ).toBe("");
  });

  test("hands its Pod the options that concern it, next to its own, and the Service the timeouts", async () => {
    const made: Record<string, pulumi.CustomResourceOptions> = {};
    const note: pulumi.ResourceTransformation = ({ type, props, opts }) => {
      made[type] = opts;
      return { props: props, opts };
    };
    const customTimeouts = { delete: "2m" };
    await resolved(
      new InitPod("options", args, {
        ...{ transformations: [note], deleteBeforeReplace: true, customTimeouts, hideDiffs: ["spec"] },
        ...{ ignoreChanges: ["spec.hostname"], replaceOnChanges: ["metadata.labels"] },
      }).podName,
    );
    expect(made["kubernetes:core/v1:Pod"]).toMatchObject({
      ...{ deleteBeforeReplace: true, customTimeouts, ignoreChanges: ["spec.hostname"] },
      hideDiffs: expect.arrayContaining(["spec"]) as string[],
      replaceOnChanges: ["spec", "metadata.labels"],
    });
    expect(made["kubernetes:core/v1:Service"]).toMatchObject({ customTimeouts });
    expect(made["init-pod:index:InitPod"]).not.toHaveProperty("ignoreChanges");
  });

  test("refuses options without effect in the same list as bad arguments", () => {
    const opts = { version: "4.0.0", import: undefined };
    expect(() => new InitPod("bad", { container: { image: "not an image!" } }, opts)).toThrow(
      /2 problems[\s\S]*container\.image[\s\S]*opts\.version: set it on a k8s\.Provider/,
    );
    expect(() => new InitPod("bad", args, { id: "an-id" })).toThrow(/1 problem[\s\S]*opts\.id: remove it/);
  });

  test.each(["ClusterIP", "LoadBalancer"] as const)(
    "gives the user's annotations to Pod and %s Service, and its own to the one that they steer",
    async (type) => {
      const annotations = { "example.com/team": "shop", "pulumi.com/patchForce": "true" };
      const name = `annotated-${type}`.toLowerCase();
      const { podName, clusterUrl } = new InitPod(name, { ...args, service: { type }, annotations });
      await resolved(pulumi.all([podName, clusterUrl]));
      const annotationsOf = (kind: string): unknown =>
        registered.find((one) => one.type === kind && one.name === name)?.inputs.metadata;
      const wait =
        type === "LoadBalancer"
          ? { "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress}" }
          : { "pulumi.com/skipAwait": "true" };
      expect(annotationsOf("kubernetes:core/v1:Service")).toMatchObject({ annotations: { ...annotations, ...wait } });
      expect(annotationsOf("kubernetes:core/v1:Pod")).toMatchObject({ annotations });
      expect(JSON.stringify(annotationsOf("kubernetes:core/v1:Service"))).not.toContain("init-pod.dev/retr");
    },
  );
});
