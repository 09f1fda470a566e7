import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { images, program } from "./support/programs.ts";
import { kubectl, TestStack } from "./support/stack.ts";

const args = `{
  init: [{ name: "init", image: "${images.busybox}", run: { script: "echo fine" } }],
  container: { image: "${images.unprivileged}", port: 8080, env: { MODE: config.get("mode") ?? "fast", LATE: late } },
  labels: { team: config.get("team") ?? "a" },
  volumes: { data: { mountPath: "/data" } },
  podSpec: {
    terminationGracePeriodSeconds: 1,
    tolerations: [{ key: "own", operator: "Exists" }],
    ...config.getObject("podSpec"),
  },
}`;

/** A value that a preview doesn't know once `late` is set, and that is the same afterwards. */
const withLate = (text: string): string =>
  text.replace(
    "const web =",
    `const random = require("@pulumi/random");
const late = config.getBoolean("late")
  ? new random.RandomId("late", { byteLength: 2 }).hex.apply(() => "the same")
  : "the same";
const web =`,
  );

/** Edits the Pod's spec by a transformation of the stack, of the InitPod's parent and of the InitPod itself. */
const transformed = `
const pulumi = require("@pulumi/pulumi");
const { InitPod } = require("init-pod");
const config = new pulumi.Config();
const edits = (key) => ({ type, props, opts }) =>
  type === "kubernetes:core/v1:Pod" && config.get(key) !== undefined
    ? { props: { ...props, spec: { ...props.spec, [key]: config.getObject(key) } }, opts }
    : undefined;
pulumi.runtime.registerStackTransformation(edits("hostname"));
const parent = new pulumi.ComponentResource("test:index:Parent", "parent", {}, { transformations: [edits("subdomain")] });
const web = new InitPod("web", ${args}, { parent, transformations: [edits("enableServiceLinks")] });
exports.podName = web.podName;
`;

type Place = "in front" | "at the end";

/** Adds a container to each list, a variable, a volume, its mount and a toleration, as meshes and injectors of secrets do. */
function policy(name: string, namespace: string, place: Place): string {
  const at = place === "in front" ? "0" : "-";
  const container = (kind: string) =>
    `Object.spec.${kind}{name: "mesh-${kind.toLowerCase()}", image: "${images.busybox}", command: ["sh", "-c", "${kind === "containers" ? "sleep 100000" : "true"}"],` +
    ` securityContext: Object.spec.${kind}.securityContext{runAsUser: 1000, runAsNonRoot: true}}`;
  const patches = [
    `JSONPatch{op: "add", path: "/spec/volumes/${at}", value: Object.spec.volumes{name: "mesh", emptyDir: Object.spec.volumes.emptyDir{}}}`,
    `JSONPatch{op: "add", path: "/spec/containers/0/volumeMounts/${at}", value: Object.spec.containers.volumeMounts{name: "mesh", mountPath: "/mesh"}}`,
    `JSONPatch{op: "add", path: "/spec/tolerations/${at}", value: Object.spec.tolerations{key: "mesh", operator: "Exists"}}`,
    `JSONPatch{op: "add", path: "/spec/containers/0/env/${at}", value: Object.spec.containers.env{name: "INJECTED", value: "1"}}`,
    `JSONPatch{op: "add", path: "/spec/containers/${at}", value: ${container("containers")}}`,
    `JSONPatch{op: "add", path: "/spec/initContainers/${at}", value: ${container("initContainers")}}`,
  ];
  const resourceRules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];
  const of = (kind: string, spec: object) => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind,
    metadata: { name },
    spec,
  });
  return JSON.stringify({
    apiVersion: "v1",
    kind: "List",
    items: [
      of("MutatingAdmissionPolicy", {
        matchConstraints: {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
          resourceRules,
        },
        failurePolicy: "Fail",
        reinvocationPolicy: "Never",
        mutations: [{ patchType: "JSONPatch", jsonPatch: { expression: `[${patches.join(", ")}]` } }],
      }),
      of("MutatingAdmissionPolicyBinding", { policyName: name }),
    ],
  });
}

/** A stack in a namespace with the policy. */
class Admitted {
  private constructor(
    readonly stack: TestStack,
    private readonly policyName: string,
  ) {}

  static async create(text: string, place: Place): Promise<Admitted> {
    const stack = await TestStack.create(withLate(text));
    const policyName = `admission-${stack.namespace}`;
    await kubectl(["apply", "-f", "-"], { input: policy(policyName, stack.namespace, place) });
    return new Admitted(stack, policyName);
  }

  /** A Pod without init containers, into which it can put none, tells that the policy is in force. */
  async inForce(): Promise<void> {
    const probe = ["run", "probe", "--dry-run=server", `--image=${images.busybox}`, "--env=A=1"];
    await expect
      .poll(() => kubectl(["-n", this.stack.namespace, ...probe]).catch(String), { timeout: 60_000 })
      .toContain(this.policyName);
  }

  async remove(): Promise<void> {
    await kubectl(["delete", "mutatingadmissionpolicy,mutatingadmissionpolicybinding", this.policyName]);
    await this.stack.remove();
  }
}

/** The operations of a preview on the Pod; none where it stays the same. */
async function operationsOnPod(stack: TestStack): Promise<string[]> {
  const { stdout } = await stack.pulumi(["preview", "--json"]);
  const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
  return steps.filter(({ urn }) => urn.includes("$kubernetes:core/v1:Pod::")).map(({ op }) => op);
}

describe.each<Place>(["in front", "at the end"])("what admission adds %s", (place) => {
  let admitted: Admitted;
  let stack: TestStack;

  beforeAll(async () => {
    admitted = await Admitted.create(program(args), place);
    ({ stack } = admitted);
  });
  afterAll(() => admitted.remove());

  const listed = (path: string): Promise<string> =>
    kubectl(["-n", stack.namespace, "get", "pods", "-o", `jsonpath={.items[*].spec.${path}}`]);

  test("is there, and is no change", async () => {
    await admitted.inForce();
    await stack.up();
    const order = place === "in front" ? (names: string[]) => names.reverse() : (names: string[]) => names;
    expect(await listed("initContainers[*].name")).toBe(order(["init", "mesh-initcontainers"]).join(" "));
    expect(await listed("containers[*].name")).toBe(order(["app", "mesh-containers"]).join(" "));
    for (const list of ["volumes[*].name", "tolerations[*].key", "containers[*].env[*].name"]) {
      expect(await listed(list)).toMatch(/mesh|INJECTED/);
    }
    expect(Object.keys(await stack.previewed())).toEqual(["same"]);
  });

  test("leaves a change of a label in place, before and after the first server-side apply", async () => {
    const pod = await stack.output("podName");
    for (const team of ["b", "c"]) {
      await stack.configure("team", team);
      expect(await stack.previewed()).toMatchObject({ update: 1 });
      await stack.up();
      expect(await stack.output("podName")).toBe(pod);
    }
    expect(Object.keys(await stack.previewed("--refresh"))).toEqual(["same"]);
  });

  test("keeps the Pod where a value that the preview does not know turns out to be the same", async () => {
    const pod = await stack.output("podName");
    await stack.configure("late", "true");
    expect(await operationsOnPod(stack)).toEqual([]);
    await stack.up();
    expect(await stack.output("podName")).toBe(pod);
  });

  test("lets a change of the program's be seen and made", async () => {
    const pod = await stack.output("podName");
    await stack.configure("mode", "slow");
    expect(await operationsOnPod(stack)).toContain("replace");
    const { output } = await stack.pulumi(["preview", "--diff"]);
    expect(output).toContain("MODE");
    if (place === "in front") {
      expect(output).toContain("because the environment variable MODE of app changes (fast → slow).");
      expect(output).toContain("What else is shown to change in the Pod is of the cluster.");
    }
    expect(output).not.toMatch(/status|managedFields/);
    await stack.up();
    expect(await stack.output("podName")).not.toBe(pod);
    expect(Object.keys(await stack.previewed())).toEqual(["same"]);
  });
});

describe("where admission adds to Pods", () => {
  let admitted: Admitted;
  let stack: TestStack;

  beforeAll(async () => {
    admitted = await Admitted.create(program(args), "in front");
    ({ stack } = admitted);
  });
  afterAll(() => admitted.remove());

  test("a Pod that the API server alone refuses fails the first preview", async () => {
    await stack.configure("podSpec", JSON.stringify({ tolerations: [{ operator: "Bogus" }] }));
    const { code, stdout, stderr } = await stack.try(["preview"]);
    expect(code, stdout + stderr).not.toBe(0);
    expect(stdout + stderr).toContain("Bogus");
    await stack.pulumi(["config", "rm", "podSpec"]);
  });

  test("what transformations of the program make of the Pod is noticed", async () => {
    await admitted.inForce();
    stack.write(withLate(transformed));
    await stack.up();
    const pod = await stack.output("podName");
    expect(Object.keys(await stack.previewed())).toEqual(["same"]);

    const edits = { hostname: '"mine"', subdomain: '"ours"', enableServiceLinks: "true" };
    for (const [key, value] of Object.entries(edits)) {
      await stack.configure(key, value);
      expect(Object.keys(await stack.previewed()), key).toContain("replace");
      if (key !== "enableServiceLinks") await stack.pulumi(["config", "rm", key]);
    }
    await stack.up();
    expect(await stack.output("podName")).not.toBe(pod);
    expect(Object.keys(await stack.previewed())).toEqual(["same"]);
  });
});
