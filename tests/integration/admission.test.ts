import { afterAll, beforeAll, expect, test } from "vitest";
import { images, program } from "./support/programs.ts";
import { kubectl, TestStack } from "./support/stack.ts";

const args = `{
  init: [{ name: "init", image: "${images.busybox}", run: { script: "echo fine" } }],
  container: { image: "${images.unprivileged}", port: 8080, env: { MODE: config.get("mode") ?? "fast" } },
  labels: { team: config.get("team") ?? "a" },
  volumes: { data: { mountPath: "/data" } },
  podSpec: {
    terminationGracePeriodSeconds: 1,
    tolerations: [{ key: "own", operator: "Exists" }],
    ...config.getObject("podSpec"),
  },
}`;

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

/**
 * Puts a container in front of each list, and a variable, a volume, its mount and a toleration in front of the Pod's own, as
 * meshes and injectors of secrets do.
 */
function policy(name: string, namespace: string): string {
  const container = (kind: string) =>
    `Object.spec.${kind}{name: "mesh-${kind.toLowerCase()}", image: "${images.busybox}", command: ["sh", "-c", "${kind === "containers" ? "sleep 100000" : "true"}"],` +
    ` securityContext: Object.spec.${kind}.securityContext{runAsUser: 1000, runAsNonRoot: true}}`;
  const patches = [
    `JSONPatch{op: "add", path: "/spec/volumes/0", value: Object.spec.volumes{name: "mesh", emptyDir: Object.spec.volumes.emptyDir{}}}`,
    `JSONPatch{op: "add", path: "/spec/containers/0/volumeMounts/0", value: Object.spec.containers.volumeMounts{name: "mesh", mountPath: "/mesh"}}`,
    `JSONPatch{op: "add", path: "/spec/tolerations/0", value: Object.spec.tolerations{key: "mesh", operator: "Exists"}}`,
    `JSONPatch{op: "add", path: "/spec/containers/0/env/0", value: Object.spec.containers.env{name: "INJECTED", value: "1"}}`,
    `JSONPatch{op: "add", path: "/spec/containers/0", value: ${container("containers")}}`,
    `JSONPatch{op: "add", path: "/spec/initContainers/0", value: ${container("initContainers")}}`,
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

let stack: TestStack;
let policyName: string;

beforeAll(async () => {
  stack = await TestStack.create(program(args));
  policyName = `admission-${stack.namespace}`;
  await kubectl(["apply", "-f", "-"], { input: policy(policyName, stack.namespace) });
});

afterAll(async () => {
  await kubectl(["delete", "mutatingadmissionpolicy,mutatingadmissionpolicybinding", policyName]);
  await stack.remove();
});

/** A Pod without init containers, into which it can put none, tells that the policy is in force. */
async function inForce(): Promise<void> {
  const probe = ["run", "probe", "--dry-run=server", `--image=${images.busybox}`, "--env=A=1"];
  await expect
    .poll(() => kubectl(["-n", stack.namespace, ...probe]).catch(String), { timeout: 60_000 })
    .toContain(policyName);
}

test("a Pod that the API server alone refuses fails the first preview", async () => {
  await stack.configure("podSpec", JSON.stringify({ tolerations: [{ operator: "Bogus" }] }));
  const { code, stdout, stderr } = await stack.try(["preview"]);
  expect(code, stdout + stderr).not.toBe(0);
  expect(stdout + stderr).toContain("Bogus");
  await stack.pulumi(["config", "rm", "podSpec"]);
});

test("what admission adds is no change, and changes of the program's are made", async () => {
  await inForce();
  await stack.up();
  const names = "jsonpath={.items[*].spec.initContainers[*].name} {.items[*].spec.containers[*].name}";
  expect(await kubectl(["-n", stack.namespace, "get", "pods", "-o", names])).toBe(
    "mesh-initcontainers init mesh-containers app",
  );
  const first = "jsonpath={.items[*].spec.volumes[0].name} {.items[*].spec.tolerations[0].key}";
  expect(await kubectl(["-n", stack.namespace, "get", "pods", "-o", first])).toBe("mesh mesh");
  const pod = await stack.output("podName");
  expect(Object.keys(await stack.previewed())).toEqual(["same"]);

  await stack.configure("team", "b");
  expect(await stack.previewed()).toMatchObject({ update: 1 });
  await stack.up();
  expect(await stack.output("podName")).toBe(pod);
  expect(Object.keys(await stack.previewed("--refresh"))).toEqual(["same"]);

  await stack.configure("mode", "slow");
  const { output } = await stack.pulumi(["preview", "--diff"]);
  expect(output).toContain("The program changes of the Pod: containers[app].env[MODE].value.");
  expect(output).not.toMatch(/status|managedFields/);
  await stack.up();
  expect(await stack.output("podName")).not.toBe(pod);
  expect(Object.keys(await stack.previewed())).toEqual(["same"]);
});

test("what transformations of the program make of the Pod is noticed among what admission adds", async () => {
  await stack.destroy();
  stack.write(transformed);
  await stack.up();
  const pod = await stack.output("podName");
  expect(Object.keys(await stack.previewed())).toEqual(["same"]);

  for (const [key, value] of Object.entries({ hostname: '"mine"', subdomain: '"ours"', enableServiceLinks: "true" })) {
    await stack.configure(key, value);
    expect(Object.keys(await stack.previewed()), key).toContain("replace");
    if (key !== "enableServiceLinks") await stack.pulumi(["config", "rm", key]);
  }
  await stack.up();
  expect(await stack.output("podName")).not.toBe(pod);
  expect(Object.keys(await stack.previewed())).toEqual(["same"]);
});
