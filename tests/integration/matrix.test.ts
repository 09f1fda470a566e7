import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { daemonOf, eventually } from "./support/machine.ts";
import { consumers, images, program, scriptArgs } from "./support/programs.ts";
import { kubectl, objects, TestStack } from "./support/stack.ts";

const good = scriptArgs("echo fine");
const bad = scriptArgs("echo no; exit 3", "retries: 0,");

/** What a preview would do, without what stays as it is. */
async function changes(stack: TestStack, ...flags: string[]): Promise<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(await stack.previewed(...flags)).filter(([operation]) => operation !== "same"),
  );
}

describe("InitPod and what Pulumi can do with a stack:", () => {
  let stack: TestStack;
  beforeEach(async () => {
    stack = await TestStack.create(program(good, consumers));
  });
  afterEach(() => stack.remove());

  test("refresh and preview --refresh of a Ready Pod show no change", async () => {
    await stack.up();
    expect(await changes(stack, "--refresh")).toEqual({});
    await stack.pulumi(["refresh", "--yes", "--skip-preview", "--expect-no-changes"]);
    expect(await changes(stack)).toEqual({});
  });

  test("an alias keeps all resources when the InitPod is renamed", async () => {
    await stack.up();
    stack.write(
      program(good, consumers)
        .replace('new InitPod("web", ', 'new InitPod("site", ')
        .replace("}, {});", '}, { aliases: [{ name: "web" }] });'),
    );
    const { stdout } = await stack.pulumi(["preview", "--json"]);
    const { changeSummary } = JSON.parse(stdout) as { changeSummary: Record<string, number> };
    expect(changeSummary).not.toHaveProperty("delete");
    expect(changeSummary).not.toHaveProperty("create");
  });

  test("--target of something else goes through while the Pod, once Ready, is unwell", async () => {
    stack.write(
      program(
        `{
          container: { image: "${images.busybox}", command: ["sh", "-c", "sleep 4; exit 1"] },
        }`,
        `new k8s.core.v1.ConfigMap("other", { data: { key: config.get("value") ?? "a" } });`,
      ),
    );
    await stack.up();
    expect(await eventually(async () => !(await isReady(stack)), 30)).toBe(true);
    await stack.configure("value", "b");
    await stack.pulumi(["up", "--yes", "--skip-preview", "--target", "**other**"]);
    const { code } = await stack.try(["destroy", "--yes", "--skip-preview", "--run-program"]);
    expect(code).toBe(0);
    expect(await objects("pods", stack.namespace)).toEqual([]);
  });

  test("--target of something else goes through, and makes no new InitPod", async () => {
    const other = (value: string): string => `new k8s.core.v1.ConfigMap("other", { data: { key: "${value}" } });`;
    stack.write(`const k8s = require("@pulumi/kubernetes");\n${other("a")}`);
    await stack.up();
    stack.write(program(good, other("b")));
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      await stack.pulumi([...command, "--target", "**other**"]);
    }
    expect(await objects("pods", stack.namespace)).toEqual([]);
    await stack.up();
    expect((await fetch(await stack.output("url"))).status).toBe(200);
  });

  test("what comes of a secret stays one: of a secret port and of a Pod whose metadata is", async () => {
    const opts = '{ additionalSecretOutputs: ["metadata"] }';
    const secretPort = scriptArgs("echo fine", "forward: { localPort: pulumi.secret(19567) },");
    const flags = `for (const key of ["url", "podName", "namespace"]) pulumi.isSecret(web[key]).then((is) => void pulumi.log.info(key + (is ? " secret" : " plain")));`;
    stack.write(program(secretPort, flags, opts));
    const { stdout } = await stack.pulumi(["up", "--yes", "--skip-preview"]);
    for (const key of ["url", "podName", "namespace"]) expect(stdout).toContain(`${key} secret`);
    await stack.pulumi(["preview", "--expect-no-changes"]);
  });

  test("destroy --run-program of a well one leaves nothing", async () => {
    await stack.up();
    await stack.pulumi(["destroy", "--yes", "--skip-preview", "--run-program"]);
    expect(await objects("pods", stack.namespace)).toEqual([]);
    expect(await eventually(() => daemonOf(stack.stateHome) === undefined, 6)).toBe(true);
  });

  test("destroy --run-program of a failing one goes through with INIT_POD_WAIT=0, which the error names", async () => {
    stack.write(program(bad));
    expect((await stack.tryUp()).output).toContain("INIT_POD_WAIT=0");
    const destroy = ["destroy", "--yes", "--skip-preview", "--run-program"];
    const { code } = await stack.try(destroy, { env: { INIT_POD_WAIT: "0" } });
    expect(code).toBe(0);
    expect(await objects("pods", stack.namespace)).toEqual([]);
  });

  test("protect refuses a replacement with Pulumi's own error, and the Pod goes on serving", async () => {
    stack.write(program(good, "", "{ protect: true }"));
    await stack.up();
    stack.write(program(scriptArgs("echo other"), "", "{ protect: true }"));
    const { code, output } = await stack.tryUp();
    expect(code).not.toBe(0);
    expect(output).toContain("protect");
    expect((await fetch(await stack.output("url"))).status).toBe(200);
    await stack.pulumi(["state", "unprotect", "--all", "--yes"]);
  });

  test("deleteBeforeReplace frees a hostPort for the new Pod, and ignoreChanges keeps the Pod", async () => {
    const args = (script: string): string =>
      scriptArgs(script).replace(
        "port: 8080 }",
        "port: 8080, container: { ports: [{ containerPort: 8080, hostPort: 18976 }] } }",
      );
    const opts = `{
      deleteBeforeReplace: true,
      ignoreChanges: config.getBoolean("frozen") ? ["spec"] : [],
    }`;
    stack.write(program(args("echo one"), "", opts));
    await stack.up();
    const podName = await stack.output("podName");
    stack.write(program(args("echo two"), "", opts));
    await stack.configure("frozen", "true");
    expect(await changes(stack)).toEqual({});
    await stack.configure("frozen", "false");
    await stack.up();
    expect(await stack.output("podName")).not.toBe(podName);
    expect((await fetch(await stack.output("url"))).status).toBe(200);
  });

  test("retainOnDelete keeps Pod and forward through a destroy", async () => {
    stack.write(program(good, "", "{ retainOnDelete: true }"));
    await stack.up();
    const url = await stack.output("url");
    await stack.destroy();
    expect(await objects("pods", stack.namespace)).toHaveLength(1);
    expect(await eventually(() => false, 4)).toBe(false);
    expect((await fetch(url)).status).toBe(200);
  });

  test("an InitPod nested in a component holds back what depends on the outer one", async () => {
    stack.write(
      `const pulumi = require("@pulumi/pulumi");
const k8s = require("@pulumi/kubernetes");
const { InitPod } = require("init-pod");
class Outer extends pulumi.ComponentResource {
  constructor(name) {
    super("test:index:Outer", name);
    this.web = new InitPod("web", ${bad}, { parent: this });
  }
}
const outer = new Outer("outer");
new k8s.core.v1.ConfigMap("depends", { data: {} }, { dependsOn: [outer] });
exports.url = outer.web.url;
`,
    );
    expect((await stack.tryUp()).code).not.toBe(0);
    const maps = await objects<{ metadata: { name: string } }>("configmaps", stack.namespace);
    expect(maps.filter(({ metadata }) => metadata.name.startsWith("depends"))).toEqual([]);
  });

  test("two failing InitPods both report", async () => {
    stack.write(program(bad, `exports.second = new InitPod("second", ${bad}).url;`));
    const { output } = await stack.tryUp();
    expect(output).toMatch(/Pod \S+\/web-\S+ failed/);
    expect(output).toMatch(/Pod \S+\/second-\S+ failed/);
  });

  test("after Ctrl-C during the wait the next `up` goes on with the same Pod", async () => {
    stack.write(program(scriptArgs("echo begin; sleep 8; echo end")));
    const child = spawn("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive"], {
      cwd: stack.project,
      env: stack.env,
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    expect(await eventually(async () => (await objects("pods", stack.namespace)).length === 1, 30)).toBe(true);
    child.kill("SIGINT");
    await ended;
    const [before] = await objects<{ metadata: { uid: string } }>("pods", stack.namespace);
    await stack.up();
    const after = await objects<{ metadata: { uid: string } }>("pods", stack.namespace);
    expect(after.map(({ metadata }) => metadata.uid)).toEqual([before?.metadata.uid]);
    expect(JSON.stringify((await stack.outputs()).initLogs)).toContain('"end"');
  });

  test("a transformation that sets the namespace of all objects is followed, and one of the Pod alone refused", async () => {
    await kubectl(["create", "namespace", `${stack.namespace}-b`]);
    onTestFinished(async () => void (await kubectl(["delete", "namespace", `${stack.namespace}-b`, "--wait=false"])));
    const movedBy = (isMoved: string): string => `
require("@pulumi/pulumi").runtime.registerStackTransformation(({ type, props, opts }) =>
  ${isMoved} ? { props: { ...props, metadata: { ...props.metadata, namespace: "${stack.namespace}-b" } }, opts } : undefined);
`;
    const args = good.replace(/}$/, "service: {} }");
    stack.write(movedBy(`type.startsWith("kubernetes:core")`) + program(args, consumers));
    await stack.up();
    expect(await stack.output("namespace")).toBe(`${stack.namespace}-b`);
    expect((await fetch(await stack.output("url"))).status).toBe(200);
    expect(await changes(stack)).toEqual({});
    stack.write(movedBy(`type === "kubernetes:core/v1:Pod"`) + program(args, consumers));
    const { code, output } = await stack.try(["preview"]);
    expect(code).not.toBe(0);
    expect(output).toMatch(/puts its Pod into namespace "\S+-b" and its Service into/);
  });

  test("a Pod is found without server-side apply, which has the provider set managed-by", async () => {
    const provider = `{ provider: new k8s.Provider('c', { enableServerSideApply: false, namespace: '${stack.namespace}' }) }`;
    stack.write(program(good, "", provider));
    await stack.up();
    expect((await fetch(await stack.output("url"))).status).toBe(200);
    expect(await changes(stack)).toEqual({});
  });

  test("an admission policy that takes the label away is named at once", async () => {
    const name = `labels-${stack.namespace}`;
    const kinds = ["mutatingadmissionpolicy", "mutatingadmissionpolicybinding"];
    onTestFinished(async () => {
      for (const kind of kinds) await kubectl(["delete", kind, name, "--ignore-not-found"]);
    });
    const apiVersion = "admissionregistration.k8s.io/v1";
    const pods = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] };
    const labels = { "kubernetes.io/metadata.name": stack.namespace };
    const expression = `[JSONPatch{op: "remove", path: "/metadata/labels/" + jsonpatch.escapeKey("init-pod.dev/id")}]`;
    const policy = {
      matchConstraints: { namespaceSelector: { matchLabels: labels }, resourceRules: [pods] },
      matchConditions: [
        { name: "ours", expression: `has(object.metadata.labels) && "init-pod.dev/id" in object.metadata.labels` },
      ],
      reinvocationPolicy: "Never",
      mutations: [{ patchType: "JSONPatch", jsonPatch: { expression } }],
    };
    const specs = [policy, { policyName: name }];
    for (const [index, kind] of ["MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"].entries()) {
      const input = JSON.stringify({ apiVersion, kind, metadata: { name }, spec: specs[index] });
      await kubectl(["apply", "-f", "-"], { input });
    }
    // The API server takes policies up some time after they are made.
    const podOf = (): string[] => [
      "run",
      "probe",
      "-n",
      stack.namespace,
      "--image=x",
      "--labels=init-pod.dev/id=x",
      "--dry-run=server",
      "-o",
      "json",
    ];
    expect(await eventually(async () => !(await kubectl(podOf())).includes('"init-pod.dev/id"'), 20)).toBe(true);
    const { code, output, seconds } = await stack.tryUp();
    expect(code).not.toBe(0);
    expect(seconds).toBeLessThan(30);
    expect(output.replace(/\s+/g, " ")).toMatch(/its label init-pod\.dev\/id=web-[0-9a-f]{10} is missing/);
  });

  test("verbatim autonaming is warned of, as it costs the serving Pod", async () => {
    writeFileSync(
      join(stack.project, "Pulumi.yaml"),
      "name: test\nruntime: nodejs\nmain: index.js\nconfig:\n  pulumi:autonaming:\n    value:\n      mode: verbatim\n",
    );
    expect((await stack.up()).output).toMatch(/warning: .*autonaming/);
  });
});

async function isReady(stack: TestStack): Promise<boolean> {
  const pods = await objects<{ status: { conditions?: { type: string; status: string }[] } }>("pods", stack.namespace);
  return pods.some(({ status }) =>
    status.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True"),
  );
}
