import { describe, expect, test } from "vitest";
import { fixture, initPodUrn, podUrn, previewOf, stepOf, summarized } from "./previews";

const shop = (name: string) => summarized(fixture(name)).initPods[0];
const steps = ["token", "seed"];

describe("what a real preview means for an InitPod", () => {
  test.each([
    ["firstDeploy", { action: "create", steps, downtime: false }],
    ["image", { action: "replace", steps, downtime: false }],
    ["step", { action: "replace", steps, downtime: false }],
    ["secret", { action: "replace", steps, downtime: false }],
    ["port", { action: "replace", steps, downtime: true }],
    ["downtime", { action: "replace", steps, downtime: true }],
    ["failedPod", { action: "replace", steps, downtime: false }],
    ["newVersion", { action: "replace", steps, downtime: false }],
    ["hidden", { action: "replace", steps, downtime: false }],
    ["leftOver", { action: "keep", steps: [], downtime: false }],
    ["label", { action: "update", steps: [], downtime: false }],
    ["serviceAdded", { action: "keep", steps: [], downtime: false }],
    ["serviceRemoved", { action: "keep", steps: [], downtime: false }],
    ["initPodRemoved", { action: "delete", why: [], steps: [], downtime: false }],
  ])("%s", (name, expected) => {
    expect(summarized(fixture(name)).initPods).toHaveLength(1);
    expect(shop(name)).toMatchObject({ name: "shop", ...expected });
  });

  test.each(["noChange", "failedPreview"])("%s: nothing", (name) => {
    expect(summarized(fixture(name))).toMatchObject({ stack: "shop/test", initPods: [], changes: [], others: {} });
  });

  test("its error is what init-pod says, without the engine's own word for it", () => {
    const { failed, errors } = summarized(fixture("failedPreview"));
    expect({ failed, errors }).toEqual({
      failed: true,
      errors: [
        'InitPod "shop": 1 problem in its arguments\n  container.port = 70000: must be a whole number from 1 to 65535',
      ],
    });
    const more = [
      { severity: "error", message: "error: no room\n" },
      { severity: "error", message: "error: preview failed\n" },
    ];
    expect(summarized(previewOf([], more)).errors).toEqual(["no room"]);
  });

  test("resources of no InitPod are counted", () => {
    expect(summarized(fixture("initPodRemoved")).others).toEqual({ create: 1 });
  });
});

describe("why", () => {
  const spec = (image: string, more: object = {}) => ({
    metadata: { name: "web-1", labels: { tier: "a" }, annotations: { "init-pod.dev/retry": "fresh-1", ...more } },
    spec: {
      initContainers: [{ name: "seed", image, command: ["sh", image], env: [{ name: "TOKEN", value: image }] }],
      containers: [{ name: "app", ports: [{ containerPort: image.length }] }],
    },
  });
  const why = (before: unknown, after: unknown, diagnostics: unknown[] = []) =>
    summarized(previewOf([stepOf("replace", { before, after })], diagnostics)).initPods[0]?.why;

  test("is told from what differs, by the names of steps", () => {
    expect(why(spec("a:1"), spec("a:12"))).toEqual([
      'image of step "seed": a:1 → a:12',
      'command of step "seed" is another',
      'variable TOKEN of step "seed" is another',
      'port of container "app": 3 → 4',
    ]);
  });

  describe("is what init-pod itself says", () => {
    const say = (message: string, urn = initPodUrn) => ({ severity: "info", urn, message: `${message}\n` });
    const right = say("No right to get the namespace kube-system: it is told apart by its URL.");
    const provider = { severity: "info", message: "web: a word of the provider's" };

    test("where it says what happens, without what stands beside it", () => {
      const words =
        'web: a new Pod, because the image of app changes (a → b). Runs again: seed. In namespace shop, context "kind-dev".';
      expect(why(spec("a"), spec("b"), [provider, right, say(words)])).toEqual([
        'a new Pod, because the image of app changes (a → b). In namespace shop, context "kind-dev".',
      ]);
      const more = "web: a new Pod, because it changes. Runs again: seed. Runs for the first time: other.";
      expect(why(spec("a"), spec("b"), [say(more)])).toEqual([
        "a new Pod, because it changes. Runs for the first time: other.",
      ]);
    });

    test("with what serves meanwhile only where nothing beside it says so", () => {
      const words = (verb: string) => `web: a new Pod. The old Pod ${verb} until the new one is Ready: no downtime.`;
      expect(why(spec("a"), spec("b"), [say(words("serves"))])).toEqual([words("serves").replace("web: ", "")]);
      const steps = ["create-replacement", "replace", "delete-replaced"].map((op) =>
        stepOf(op, { before: spec("a"), after: spec("b") }),
      );
      for (const verb of ["serves", "runs"]) {
        const [found] = summarized(previewOf(steps, [say(words(verb))])).initPods;
        expect(found).toMatchObject({ downtime: false, why: ["a new Pod."] });
      }
    });

    test("before what differs, where it says something of the Pod", () => {
      const notice = "Pod web-1 failed. It is made anew.";
      const retried = spec("a", { "init-pod.dev/retry": "0f-uid" });
      expect(why(spec("a"), retried, [right, say(notice, podUrn)])).toEqual([notice]);
      expect(why(spec("a"), spec("b"), [say(notice, podUrn)])?.slice(0, 2)).toEqual([
        notice,
        'image of step "seed": a → b',
      ]);
    });
  });

  test("is that the Pod failed, where it alone says so", () => {
    const retried = spec("a", { "init-pod.dev/retry": "0f-uid" });
    expect(why(spec("a"), retried)).toEqual(["its Pod failed, or is gone: it is made anew"]);
  });

  test("is never how an earlier version was applied", () => {
    const before = spec("a", { "init-pod.dev/applied": "1 0.1.0 AAAA", "pulumi.com/waitFor": "x" });
    const text = previewOf([
      stepOf("update", { before, after: spec("a", { "init-pod.dev/applied": "1 0.2.0 BBBB" }) }),
    ]);
    expect(summarized(text).initPods[0]?.why).toEqual([]);
    expect(JSON.stringify(summarized(text))).not.toMatch(/AAAA|BBBB|waitFor/);
  });

  test("is a step that comes or goes", () => {
    const without = { ...spec("a"), spec: { ...spec("a").spec, initContainers: [] } };
    expect(why(without, spec("a"))).toContain('step "seed" is new');
    expect(why(spec("a"), without)).toContain('step "seed" goes');
  });

  test("is a secret value that is another, told once and without the value", () => {
    expect(shop("secret")?.why.join()).toMatch(/secret/i);
    expect(JSON.stringify(summarized(fixture("secret")))).not.toContain("s3cr3t");
  });

  test.each(["serviceAdded", "serviceRemoved"])("is the Service: %s", (name) => {
    expect(shop(name)?.why.join()).toContain("Service");
  });
});

describe("an InitPod", () => {
  test("is found within another component, of a program in any language", () => {
    const urn = "urn:pulumi:dev::shop::my:index:Shop$init-pod:index:InitPod::a::b";
    const pod = "urn:pulumi:dev::shop::my:index:Shop$init-pod:index:InitPod$kubernetes:core/v1:Pod::a::b";
    const [found] = summarized(previewOf([stepOf("create", { urn: pod, parent: urn, after: {} })])).initPods;
    expect(found).toMatchObject({ name: "a::b", urn, action: "create" });
  });

  test("is each of several, in the order of the preview", () => {
    const urnOf = (name: string) => podUrn.replace(/web$/, name);
    const step = (name: string, op: string) =>
      stepOf(op, { urn: urnOf(name), parent: initPodUrn.replace(/web$/, name), before: {}, after: {} });
    const { initPods } = summarized(previewOf([step("a", "update"), step("b", "create"), step("a", "update")]));
    expect(initPods.map(({ name, action }) => [name, action])).toEqual([
      ["a", "update"],
      ["b", "create"],
    ]);
  });

  test("is no Pod that something else made", () => {
    const urn = "urn:pulumi:dev::shop::kubernetes:core/v1:Pod::other";
    const parent = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev";
    const { initPods, others } = summarized(previewOf([stepOf("create", { urn, parent, after: {} })]));
    expect({ initPods, others }).toEqual({ initPods: [], others: { create: 1 } });
  });

  test("has a downtime that nobody knows where the preview has no replacement steps", () => {
    const [found] = summarized(previewOf([stepOf("replace", { before: {}, after: {} })])).initPods;
    expect(found).not.toHaveProperty("downtime");
  });

  test.each<[string, unknown]>([
    ["they are a secret", { initContainers: "[secret]" }],
    ["only up knows them", { initContainers: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }],
    ["only up knows the spec", "04da6b54-80e4-46f7-96ec-b56ff0331ba9"],
  ])("has steps that nobody knows where %s", (_, spec) => {
    expect(summarized(previewOf([stepOf("create", { after: { spec } })])).initPods[0]).not.toHaveProperty("steps");
  });

  describe("of which an `up` that failed half way has left an old Pod", () => {
    const old = { metadata: { name: "web-1" }, spec: { initContainers: [{ name: "seed" }] } };
    const left = stepOf("delete-replaced", { before: old });
    const secretUrn = podUrn.replace("Pod::web", "Secret::web-env");
    const secret = stepOf("delete-replaced", { urn: secretUrn, before: { metadata: {}, data: { TOKEN: "dA==" } } });

    test("keeps the Pod that it has, and loses nothing", () => {
      const { initPods, changes } = summarized(previewOf([left, secret]));
      expect(initPods).toMatchObject([
        {
          action: "keep",
          steps: [],
          downtime: false,
          why: ["an old Pod goes, which an `up` that failed has left", expect.stringMatching(/^an old Secret goes/)],
        },
      ]);
      expect(changes.map(({ action }) => action)).toEqual(["delete", "delete"]);
    });

    test("is made anew without it where there is a reason", () => {
      const anew = ["create-replacement", "replace", "delete-replaced"].map((op) =>
        stepOf(op, { before: old, after: old }),
      );
      expect(summarized(previewOf([...anew, left])).initPods).toMatchObject([{ action: "replace", downtime: false }]);
    });
  });

  test("has an object beside its Pod that changes in nothing that is told", () => {
    const urn = podUrn.replace("Pod::web", "Service::web");
    const at = (value: string) => ({ metadata: { annotations: { "pulumi.com/patchForce": value } } });
    const step = stepOf("update", { urn, before: at("a"), after: at("b") });
    expect(summarized(previewOf([step])).initPods[0]?.why).toEqual(["Service changes"]);
  });
});

describe("a secret", () => {
  const signature = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

  test("stays one where --show-secrets has shown it", () => {
    const after = { spec: { containers: [{ env: [{ value: { ...signature, plaintext: '"hunter2"' } }] }] } };
    const text = JSON.stringify(summarized(previewOf([stepOf("create", { after })])));
    expect(text).toContain("[secret]");
    expect(text).not.toContain("hunter2");
  });

  test.each(["Secret", "SecretPatch"])("of a Kubernetes %s is none that Pulumi has to know of", (kind) => {
    const urn = `urn:pulumi:dev::shop::kubernetes:core/v1:${kind}::other`;
    const [before, after] = ["hunter1", "hunter2"].map((key) => ({
      metadata: { annotations: { "kubectl.kubernetes.io/last-applied-configuration": `{"data":"${key}"}` } },
      stringData: { key, [key]: "" },
    }));
    const [change] = summarized(previewOf([stepOf("update", { urn, parent: "", before, after })])).changes;
    expect(change?.fields).toContainEqual({ path: "stringData.key", before: "[secret]", after: "[secret]" });
    expect(change?.fields).toContainEqual({ path: "stringData.hunter2", after: "[secret]" });
    expect(JSON.stringify(change?.fields.map(({ before, after }) => [before, after]))).not.toContain("hunter");
  });
});

describe("what hideDiffs hides", () => {
  const spec = (value: string, more: object = {}) => ({
    metadata: { labels: { tier: value } },
    spec: { containers: [{ name: "app", image: value, env: [{ name: "A", value }], ...more }] },
  });
  const hiding = (hideDiff: string[], before: object, after: object, detailedDiff: object | null = null) => {
    const step = stepOf("update", { before, after });
    const newState = { ...step.newState, hideDiff };
    return summarized(previewOf([{ ...step, newState, detailedDiff }]));
  };

  test.each([
    ["spec.containers[0].env", ["spec.containers[0].env[0].value"]],
    ["spec.containers[*].env[*].value", ["spec.containers[0].env[0].value"]],
    ["spec", ["spec.containers[0].image", "spec.containers[0].env[0].value"]],
    ['metadata["labels"]', ["metadata.labels.tier"]],
  ])("is told by name alone: %s", (path, hidden) => {
    for (const told of [null, Object.fromEntries(hidden.map((at) => [at, { kind: "update" }]))]) {
      const { initPods, changes } = hiding([path], spec("hunter1"), spec("hunter2"), told);
      const fields = changes[0]?.fields ?? [];
      for (const at of hidden) expect(fields).toContainEqual({ path: at, before: "[hidden]", after: "[hidden]" });
      const shown = fields.filter((field) => !hidden.includes(field.path));
      expect(JSON.stringify(shown).includes("hunter2")).toBe(told === null);
      if (path === "spec") expect(initPods[0]?.why).toContain('image of container "[hidden]" is another');
    }
  });

  test("hides a part of what is new as a whole", () => {
    const { changes } = hiding(
      ["spec.containers[0].more.key"],
      spec("a"),
      spec("a", { more: { key: "hunter2", b: 1 } }),
    );
    expect(changes[0]?.fields).toEqual([{ path: "spec.containers[0].more", after: { key: "[hidden]", b: 1 } }]);
  });
});

test("a value that only up knows is no riddle", () => {
  const after = { spec: { nodeName: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" } };
  expect(summarized(previewOf([stepOf("create", { after })])).changes[0]?.fields).toEqual([
    { path: "spec.nodeName", after: "[unknown]" },
  ]);
});
