import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAccounts } from "./support/documentedRole.ts";
import { eventually } from "./support/machine.ts";
import { images, program } from "./support/programs.ts";
import { adminConfig } from "./support/proxy.ts";
import { mustRun, run } from "./support/run.ts";
import { diagnostics, kubectl, TestStack } from "./support/stack.ts";

interface Rule {
  resources: string[];
  verbs: string[];
}

/** Rights for what not every InitPod has. */
const ofSteps = ["configmaps", "secrets", "serviceaccounts", "roles", "rolebindings", "jobs", "endpointslices"];

/** Generous: a wait that hung would take minutes. */
const promptSeconds = 60;

const works = (message = "hello") =>
  program(`{
    init: [{ name: "greet", image: "${images.busybox}", run: { script: "echo ${message}" } }],
    container: { image: "${images.unprivileged}", port: 8080 },
    service: {},
  }`);

/** Objects that InitPod makes for steps, and each that a step waits for, one in another namespace. */
const waits = (message: string, elsewhere: string) =>
  program(`{
    init: [
      ${["job", "pod", "service"]
        .map((kind) => `{ image: "${images.curl}", waitFor: { ${kind}: { name: "needed" }, timeoutSeconds: 60 } },`)
        .join("")}
      { image: "${images.curl}", waitFor: { job: { name: "needed", namespace: "${elsewhere}" }, timeoutSeconds: 60 } },
      { name: "greet", image: "${images.busybox}", run: { script: "echo ${message} $KEY", env: { KEY: pulumi.secret("k") } } },
    ],
    container: { image: "${images.unprivileged}", port: 8080 },
    service: {},
  }`);

const needed = `
apiVersion: v1
kind: Pod
metadata: { name: needed, labels: { app: needed } }
spec:
  containers: [{ name: main, image: "${images.busybox}", command: [sleep, "3600"] }]
  terminationGracePeriodSeconds: 0
---
apiVersion: v1
kind: Service
metadata: { name: needed }
spec: { selector: { app: needed }, ports: [{ port: 80 }] }
---
apiVersion: batch/v1
kind: Job
metadata: { name: needed }
spec:
  template:
    spec: { containers: [{ name: main, image: "${images.busybox}", command: ["true"] }], restartPolicy: Never }
`;

const standsStill = program(`{
  container: { image: "${images.unprivileged}", container: { volumeMounts: [{ name: "v", mountPath: "/v" }] } },
  podSpec: { volumes: [{ name: "v", configMap: { name: "no-such-map" } }], terminationGracePeriodSeconds: 1 },
  timeoutSeconds: 10,
}`);

describe("a service account with the README's Role and no other right", () => {
  const folder = mkdtempSync(join(tmpdir(), "init-pod-rights-"));
  const kubeconfig = join(folder, "kubeconfig");
  const namespace = `rights-${Math.random().toString(36).slice(2, 8)}`;
  const elsewhere = `${namespace}-data`;
  const account = `system:serviceaccount:${namespace}:deployer`;
  let stack: TestStack;
  let documented: Rule[];

  beforeAll(async () => {
    stack = await TestStack.create(works(), { namespace, env: { KUBECONFIG: kubeconfig } });
    await createAccounts(namespace, folder, ["deployer"]);
    documented = await rules();
    const token = (await kubectl(["create", "token", "deployer", "-n", namespace])).trim();
    const admin = await adminConfig<{ clusters: { cluster: object }[] }>();
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        "current-context": "deployer",
        clusters: [{ name: "cluster", cluster: admin.clusters[0]?.cluster }],
        users: [{ name: "deployer", user: { token } }],
        contexts: [{ name: "deployer", context: { cluster: "cluster", user: "deployer" } }],
      }),
    );
  });

  afterAll(async () => {
    await allow(() => true);
    await stack.remove();
    await run("kubectl", ["delete", "namespace", elsewhere, "--wait=false"]);
    rmSync(folder, { recursive: true, force: true });
  });

  async function rules(): Promise<Rule[]> {
    return (JSON.parse(await kubectl(["get", "role", "init-pod", "-n", namespace, "-o", "json"])) as { rules: Rule[] })
      .rules;
  }

  /** Leaves those of the documented rights for which `keeps` holds. */
  async function allow(keeps: (resource: string, verb: string) => boolean): Promise<void> {
    const kept = documented
      .flatMap((rule) => rule.resources.map((resource) => ({ ...rule, resources: [resource] })))
      .map((rule) => ({ ...rule, verbs: rule.verbs.filter((verb) => keeps(rule.resources[0] ?? "", verb)) }))
      .filter(({ verbs }) => verbs.length > 0);
    const patch = JSON.stringify([{ op: "replace", path: "/rules", value: kept }]);
    await kubectl(["patch", "role", "init-pod", "-n", namespace, "--type=json", "-p", patch]);
    const rights = documented.flatMap(({ resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => [resource, verb] as const)),
    );
    const inForce = await eventually(async () => {
      const answers = await Promise.all(rights.map(async (right) => (await can(...right)) === keeps(...right)));
      return answers.every(Boolean);
    }, 20);
    expect(inForce).toBe(true);
  }

  async function can(resource: string, verb: string): Promise<boolean> {
    const [kind = "", subresource = ""] = resource.split("/");
    const what = [verb, kind, `--subresource=${subresource}`];
    const { stdout } = await run("kubectl", ["auth", "can-i", ...what, "-n", namespace, `--as=${account}`]);
    return stdout.trim() === "yes";
  }

  test("really has no other", async () => {
    expect(await can("deployments", "get")).toBe(false);
    expect(await can("pods/exec", "create")).toBe(false);
  });

  test("needs none on Services and port-forwarding where it has neither, nor a port", async () => {
    await allow((resource) => resource !== "services" && resource !== "pods/portforward");
    for (const without of ['port: 8080 }, forward: { mode: "never" }', "}"]) {
      stack.write(works().replace("port: 8080 }", without).replace("service: {},", ""));
      await stack.up();
      expect(await stack.output("url")).toBe("");
      await stack.pulumi(["preview", "--expect-no-changes"]);
    }
    await allow(() => true);
    stack.write(works());
  });

  test("deploys, forwards, previews and changes", async () => {
    await allow((resource) => !ofSteps.includes(resource));
    await stack.up();
    expect((await fetch(await stack.output("url"))).status).toBe(200);
    expect(JSON.stringify((await stack.outputs()).initLogs)).toContain("hello");
    await stack.pulumi(["preview", "--expect-no-changes"]);
    stack.write(works("good bye"));
    await stack.up();
    expect((await fetch(await stack.output("url"))).status).toBe(200);
    expect(JSON.stringify((await stack.outputs()).initLogs)).toContain("good bye");
  });

  test("can do without the right to read logs, which is said in their place", async () => {
    await allow((resource) => resource !== "pods/log");
    stack.write(works("unread"));
    const { seconds, output } = await stack.up();
    expect(seconds).toBeLessThan(promptSeconds);
    expect(output).not.toMatch(/\| unread/);
    expect(JSON.stringify((await stack.outputs()).initLogs)).toMatch(/no right to read this log.*pods\/log/);
    expect((await fetch(await stack.output("url"))).status).toBe(200);
  });

  test("can do without the right to watch, which is said once", async () => {
    await allow((resource, verb) => resource !== "pods" || verb !== "watch");
    stack.write(works("polled"));
    const { seconds, output } = await stack.up();
    expect(seconds).toBeLessThan(promptSeconds);
    expect(diagnostics(output).match(/No right to watch Pods/g)).toHaveLength(1);
    expect((await fetch(await stack.output("url"))).status).toBe(200);
  });

  test("can preview without the right to list Pods", async () => {
    await allow((resource, verb) => resource !== "pods" || verb !== "list");
    await stack.pulumi(["preview"]);
    const { code, output, seconds } = await stack.tryUp();
    expect(code).not.toBe(0);
    expect(seconds).toBeLessThan(promptSeconds);
    expect(output).toMatch(/cannot list resource "pods"/);
  });

  test("is told which rights port-forwarding needs", async () => {
    await allow((resource) => resource !== "pods/portforward");
    stack.write(works("closed"));
    const { code, output, seconds } = await stack.tryUp();
    expect(code).not.toBe(0);
    expect(seconds).toBeLessThan(promptSeconds);
    expect(output).toMatch(/verbs get and create on pods\/portforward/);
  });

  test("is told once what the missing right to read events costs", async () => {
    await allow((resource) => resource !== "events");
    stack.write(standsStill);
    const { code, output, seconds } = await stack.tryUp();
    expect(code).not.toBe(0);
    expect(seconds).toBeLessThan(promptSeconds);
    expect(output.match(/No right to list events/g)).toHaveLength(1);
    expect(output).toMatch(/Timeout/);
    expect(diagnostics(output).match(/error:/g)).toHaveLength(1);
  });

  test("has steps wait for objects, and keeps their secrets", async () => {
    await allow(() => true);
    await kubectl(["create", "namespace", elsewhere]);
    for (const place of [namespace, elsewhere]) await kubectl(["apply", "-n", place, "-f", "-"], { input: needed });
    const group = "rbac.authorization.k8s.io";
    const rbac = ["--verb=get,list,watch,create,patch,delete", `--resource=roles.${group},rolebindings.${group}`];
    await kubectl(["create", "role", "makes", "-n", elsewhere, ...rbac]);
    await kubectl(["create", "role", "has", "-n", elsewhere, "--verb=get", "--resource=jobs.batch"]);
    for (const role of ["makes", "has"]) {
      const given = [`--role=${role}`, `--serviceaccount=${namespace}:deployer`];
      await kubectl(["create", "rolebinding", role, "-n", elsewhere, ...given]);
    }
    for (const message of ["first", "second"]) {
      stack.write(waits(message, elsewhere));
      await stack.pulumi(["preview"]);
      await stack.up();
      expect(JSON.stringify((await stack.outputs()).initLogs)).toContain(`${message} k`);
      await stack.pulumi(["preview", "--expect-no-changes"]);
    }
  });

  test("gives no step a right that it has not, and is told which", async () => {
    await allow((resource) => resource !== "jobs");
    stack.write(waits("refused", elsewhere).replace('{ name: "needed" }', '{ name: "other" }'));
    const { code, output, seconds } = await stack.tryUp();
    expect(code).not.toBe(0);
    expect(seconds).toBeLessThan(promptSeconds);
    expect(output).toMatch(/attempting to grant RBAC permissions not currently held:[\s\S]*Resources:\["jobs"\]/);
    await kubectl(["delete", "-n", namespace, "pod/needed", "service/needed", "job/needed"]);
  });

  test("destroys all that it made", async () => {
    await allow(() => true);
    await stack.destroy();
    const kinds = "pods,services,secrets,roles,rolebindings,serviceaccounts";
    const { stdout } = await mustRun("kubectl", ["get", kinds, "-n", namespace, "-o", "name"]);
    expect(await kubectl(["get", "roles,rolebindings", "-n", elsewhere, "-o", "name"])).not.toContain("web-");
    const others = ["deployer", "default", "init-pod"];
    expect(
      stdout.split("\n").filter((line) => line !== "" && !others.some((name) => line.endsWith(`/${name}`))),
    ).toEqual([]);
  });
});
