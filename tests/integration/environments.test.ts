import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleStack } from "./support/examples.ts";
import { listens } from "./support/machine.ts";
import { images, weatherUrl } from "./support/programs.ts";
import { adminConfig } from "./support/proxy.ts";
import { Registry } from "./support/registry.ts";
import { type Finished, run } from "./support/run.ts";
import { sandboxPart } from "./support/sandboxPart.ts";
import { kubectl, objects, repo, type TestStack } from "./support/stack.ts";

interface Pod {
  spec: { initContainers: { image: string }[]; containers: { image: string; securityContext: object }[] };
}

const stacks = ["dev", "staging", "prod"];
const token = "Bearer s3cret-of-the-environments";

// Another cluster's node has no way to the registry of this test.
const isSandbox = (await sandboxPart("containerd")) !== undefined;

describe.skipIf(!isSandbox)("examples/environments, with three contexts that lead to the sandbox", () => {
  let stack: TestStack;
  let registry: Registry;
  const ups = new Map<string, Finished>();
  const namespaceOf = (name: string): string => `${stack.namespace}-${name}`;
  const settingsOf = (name: string): string => readFileSync(join(stack.project, `Pulumi.${name}.yaml`), "utf8");
  const set = async (name: string, values: Record<string, string>): Promise<void> => {
    const pairs = Object.entries(values).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
    await stack.pulumi(["config", "set-all", "--stack", name, ...pairs]);
  };
  const urlOf = async (name: string): Promise<string> =>
    (await stack.pulumi(["stack", "output", "url", "--stack", name])).stdout.trim();
  const podOf = async (name: string): Promise<Pod | undefined> => (await objects<Pod>("pods", namespaceOf(name)))[0];

  beforeAll(async () => {
    stack = await exampleStack("environments", { config: {} });
    registry = await Registry.open({
      "hub/curlimages/curl": images.curl,
      "hub/nginxinc/nginx-unprivileged": images.unprivileged,
      "curlimages/curl": images.curl,
      "nginxinc/nginx-unprivileged": images.unprivileged,
    });
    // The contexts that the stacks name, and a current one that leads nowhere.
    const { contexts, ...rest } = await adminConfig<{ contexts: { context: object }[] }>();
    const kubeconfig = join(stack.folder, "kubeconfig");
    const named = ["kind-kind", "staging", "prod"].map((name) => ({ ...contexts[0], name }));
    const nowhere = { name: "nowhere", context: { cluster: "nowhere", user: "nobody" } };
    writeFileSync(kubeconfig, JSON.stringify({ ...rest, contexts: [...named, nowhere], "current-context": "nowhere" }));
    stack.env.KUBECONFIG = kubeconfig;
    for (const name of stacks) {
      await kubectl(["create", "namespace", namespaceOf(name)]);
      await stack.pulumi(["stack", "init", name]);
    }
    const own = { "kubernetes:namespace": "", "environments:url": weatherUrl };
    const pinned = (name: string, tag: string): string => `${registry.host}/${name}:${tag}@${registry.digestOf(name)}`;
    const places: Record<string, Record<string, string>> = {
      dev: { "environments:image": images.unprivileged, "environments:curlImage": images.curl },
      staging: {
        "environments:image": `${registry.host}/hub/nginxinc/nginx-unprivileged:1.29`,
        "environments:imageRegistry": `${registry.host}/hub`,
      },
      prod: {
        "environments:image": pinned("nginxinc/nginx-unprivileged", "1.29.3"),
        "environments:curlImage": pinned("curlimages/curl", "8.17.0"),
      },
    };
    for (const name of stacks) {
      await set(name, { ...own, "kubernetes:namespace": namespaceOf(name), ...places[name] });
    }
  });
  afterAll(async () => {
    for (const name of stacks) await kubectl(["delete", "namespace", namespaceOf(name), "--wait=false"]);
    await registry.close();
    await stack.remove();
  });

  test("says which secret is missing, and how to set it", async () => {
    const { code, output } = await stack.try(["preview", "--stack", "dev"]);
    expect(code).not.toBe(0);
    expect(output).toContain("environments:authorization");
    expect(output).toMatch(/pulumi config set --secret environments:authorization/);
  });

  test.each(stacks)("goes up as %s, in the context and the namespace that its file names", async (name) => {
    await stack.pulumi(["config", "set", "--stack", name, "--secret", "authorization"], { input: token });
    const env = name === "staging" ? { CI: "true" } : {};
    const up = await stack.pulumi(["up", "--yes", "--skip-preview", "--stack", name], { env });
    ups.set(name, up);
    expect(up.output).toContain(`Cluster: context "${name === "dev" ? "kind-kind" : name}"`);
    expect(await podOf(name)).toBeDefined();
  });

  test("keeps the secret out of its files, its output and its Pods", async () => {
    for (const name of stacks) {
      const pod = JSON.stringify(await podOf(name));
      for (const text of [settingsOf(name), ups.get(name)?.output, pod]) {
        expect(text).not.toContain(token);
        expect(text).toBeDefined();
      }
      expect(settingsOf(name)).toMatch(/environments:authorization:\n {4}secure: \S+/);
    }
  });

  test("forwards for a developer alone", async () => {
    expect((await fetch(await urlOf("dev"))).status).toBe(200);
    expect(await listens(Number(new URL(await urlOf("staging")).port))).toBe(false);
    expect(await urlOf("prod")).toBe("");
  });

  test("pulls what nobody names from the mirror in staging, and by digest in production", async () => {
    const staging = await podOf("staging");
    expect(staging?.spec.initContainers[0]?.image).toMatch(/^127\.0\.0\.1:\d+\/hub\/curlimages\/curl:\d/);
    expect(registry.asked.join("\n")).toMatch(/^hub\/curlimages\/curl \d/m);
    const { initContainers = [], containers = [] } = (await podOf("prod"))?.spec ?? {};
    for (const { image } of [...initContainers, ...containers]) expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
  });

  test("has no Pod once that is deleted, until the next `up`, which a preview tells on every machine", async () => {
    await kubectl(["delete", "pods", "--all", "--now", "-n", namespaceOf("dev")]);
    const look = ["preview", "--expect-no-changes", "--stack", "dev"];
    expect((await stack.try(look)).code).not.toBe(0);
    const status = ["status", "--context", "kind-kind", "-n", namespaceOf("dev")];
    const command = [join(repo, "components/dist/cli/main.js"), ...status];
    expect((await run(process.execPath, command, { env: stack.env })).code).toBe(3);
    const elsewhere = { ...stack.env, XDG_STATE_HOME: join(stack.folder, "elsewhere") };
    expect((await run(process.execPath, command, { env: elsewhere })).code).toBe(0);
    expect(await podOf("dev")).toBeUndefined();
    await stack.pulumi(["up", "--yes", "--skip-preview", "--stack", "dev"]);
    expect(await podOf("dev")).toBeDefined();
    await stack.pulumi(look);
  });

  test("leaves the user ids to OpenShift in staging, and sets them elsewhere", async () => {
    const idsOf = async (name: string): Promise<object> =>
      JSON.stringify(await podOf(name)).match(/"runAsUser":\d+/g) ?? [];
    expect(await idsOf("staging")).toEqual([]);
    expect(await idsOf("prod")).not.toEqual([]);
  });
});
