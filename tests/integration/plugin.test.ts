import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PackedPlugin, remoteProgram, serve, version } from "./support/plugin.ts";
import { scriptArgs, weatherArgs } from "./support/programs.ts";
import { diagnostics, kubectl, objects, TestStack } from "./support/stack.ts";

let plugin: PackedPlugin;
beforeAll(async () => {
  plugin = await PackedPlugin.pack();
  await plugin.install();
});
afterAll(() => {
  plugin.remove();
});

const stackOf = async (body: string, env: Record<string, string> = {}): Promise<TestStack> =>
  await TestStack.create(remoteProgram(body), { env: { PULUMI_HOME: plugin.pulumiHome, ...env } });

interface Resource {
  type: string;
  urn: string;
  customTimeouts?: { delete?: number };
  retainOnDelete?: boolean;
  replaceWith?: string[];
  additionalSecretOutputs?: string[];
  outputs?: { status?: object };
}

async function resources(stack: TestStack): Promise<Resource[]> {
  const { stdout } = await stack.pulumi(["stack", "export"]);
  return (JSON.parse(stdout) as { deployment: { resources: Resource[] } }).deployment.resources;
}

describe("an InitPod of a program in another language", () => {
  let stack: TestStack;
  let shown = "";

  beforeAll(async () => {
    stack = await stackOf(`
const before = new k8s.core.v1.ConfigMap("before", { data: { url: "http://weather.weather.svc/" } });
const web = new InitPod("web", ${weatherArgs.replace(/config\.get\("url"\) \?\? "[^"]*"/, "before.data.url")}, {
  customTimeouts: { delete: "45s" },
});
new k8s.core.v1.ConfigMap("uses", { data: { url: web.url } });
exports.url = web.url;
exports.initLogs = web.initLogs;
exports.podName = web.podName;
`);
    await stack.pulumi(["preview"]);
    shown = (await stack.up()).output;
  });
  afterAll(() => stack.remove());

  test("streams its logs, answers, and tells its outputs", async () => {
    const { url, initLogs, podName } = (await stack.outputs()) as Record<string, string>;
    expect(shown).toMatch(/download \| HTTP 200, \d+ bytes/);
    expect(await (await fetch(url ?? "")).text()).toContain("temperature");
    expect(initLogs).toEqual([expect.objectContaining({ container: "download", exitCode: 0 })]);
    expect(
      (await objects<{ metadata: { name: string } }>("pods", stack.namespace)).map((pod) => pod.metadata.name),
    ).toEqual([podName]);
  });

  test("shows no change in the next preview", async () => {
    expect(Object.keys(await stack.previewed())).toEqual(["same"]);
  });

  test("hands its options to its Pod", async () => {
    const pod = (await resources(stack)).find(({ type }) => type === "kubernetes:core/v1:Pod");
    expect(pod?.customTimeouts?.delete).toBe(45);
  });

  test("leaves nothing after destroy", async () => {
    await stack.destroy();
    expect(await objects("pods,services", stack.namespace)).toEqual([]);
  });
});

test("options that Pulumi's SDK does not read are honoured by the plugin, as are those that it reads", async () => {
  const stack = await stackOf(`
const other = new k8s.core.v1.ConfigMap("other", { data: { a: "b" } });
new InitPod("web", ${scriptArgs("echo fine", `podSpec: { hostname: config.get("host") ?? "one" },`)}, {
  deleteBeforeReplace: true,
  replaceWith: [other],
  additionalSecretOutputs: ["status"],
  retainOnDelete: true,
});
`);
  try {
    await stack.up();
    const all = await resources(stack);
    const pod = all.find(({ type }) => type === "kubernetes:core/v1:Pod");
    const other = all.find(({ type }) => type === "kubernetes:core/v1:ConfigMap");
    expect(pod).toMatchObject({
      retainOnDelete: true,
      replaceWith: [other?.urn],
      additionalSecretOutputs: ["status"],
    });
    expect(JSON.stringify(pod?.outputs?.status)).toContain("ciphertext");
    await stack.configure("host", "two");
    const { stdout } = await stack.pulumi(["preview", "--json", "--show-replacement-steps"]);
    const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
    expect(steps.filter(({ urn }) => urn === pod?.urn).map(({ op }) => op)).toEqual([
      "delete-replaced",
      "replace",
      "create-replacement",
    ]);
    await stack.destroy();
    expect(await objects("pods", stack.namespace)).toHaveLength(1);
  } finally {
    await stack.remove();
  }
});

describe("one of several InitPods that fails", () => {
  const failing = scriptArgs("echo oh no; exit 7", "retries: 0,");
  const slow = scriptArgs("sleep 300");

  test("is the only one with an error, which is shown once, and holds back what depends on it", async () => {
    const stack = await stackOf(`
new InitPod("slow", ${slow});
const bad = new InitPod("bad", ${failing});
new k8s.core.v1.ConfigMap("after", { data: { a: "b" } }, { dependsOn: [bad] });
`);
    try {
      const { code, output, seconds } = await stack.tryUp();
      expect(code).not.toBe(0);
      expect(diagnostics(output).match(/has a problem/g)).toHaveLength(1);
      expect(diagnostics(output)).toMatch(
        /'bad' has a problem: init container "init" of Pod .* failed\s+after 1 attempt/,
      );
      expect(diagnostics(output).match(/\| oh no/g)).toHaveLength(1);
      expect(output).not.toContain("the client connection is closing");
      expect(seconds).toBeLessThan(100);
      expect(await kubectl(["get", "configmaps", "-n", stack.namespace])).not.toContain("after");
    } finally {
      await stack.remove();
    }
  });

  test("says nothing of its own where the API server refuses its Pod, which is an error already", async () => {
    const stack = await stackOf(`new InitPod("slow", ${slow}); new InitPod("bad", ${failing});`);
    try {
      await kubectl(["create", "quota", "one", "--hard=pods=1", "-n", stack.namespace]);
      const { code, output } = await stack.tryUp();
      expect(code).not.toBe(0);
      expect(diagnostics(output).match(/exceeded quota/g)).toHaveLength(1);
      expect(output).not.toContain("has a problem");
    } finally {
      await stack.remove();
    }
  });
});

describe("the provider of an InitPod in another language", () => {
  let stack: TestStack;
  const kubeconfig = readFileSync(process.env.KUBECONFIG ?? "", "utf8");
  const { users } = JSON.parse(kubeconfig) as { users: { user: { token: string } }[] };
  const token = users[0]?.user.token ?? "";

  beforeAll(async () => {
    stack = await stackOf(
      `
const provider = new k8s.Provider("chosen", {
  kubeconfig: pulumi.secret(process.env.CHOSEN_KUBECONFIG),
  namespace: process.env.CHOSEN_NAMESPACE,
});
const web = new InitPod("web", ${scriptArgs("echo fine")}, { provider });
exports.namespace = web.namespace;
exports.url = web.url;
`,
      { CHOSEN_KUBECONFIG: kubeconfig },
    );
    // What the environment says leads nowhere, and the stack's namespace is another one.
    const ambient = join(stack.folder, "kubeconfig");
    writeFileSync(ambient, kubeconfig.replace(/https:\/\/[^\s",]+/, "https://127.0.0.1:9"));
    stack.env.KUBECONFIG = ambient;
    stack.env.CHOSEN_NAMESPACE = `${stack.namespace}-chosen`;
    await kubectl(["create", "namespace", stack.env.CHOSEN_NAMESPACE]);
  });
  afterAll(async () => {
    await kubectl(["delete", "namespace", `${stack.namespace}-chosen`, "--wait=false"]);
    await stack.remove();
  });

  test("decides on the cluster and the namespace, and stays as it is in the next preview", async () => {
    // Of a provider that is yet to be made, too.
    expect(await stack.previewed()).toMatchObject({ create: expect.any(Number) as number });
    await stack.up();
    expect(await stack.output("namespace")).toBe(stack.env.CHOSEN_NAMESPACE);
    expect(await objects("pods", stack.env.CHOSEN_NAMESPACE ?? "")).toHaveLength(1);
    expect((await fetch(await stack.output("url"))).status).toBe(200);
    expect(Object.keys(await stack.previewed())).toEqual(["same"]);
  });

  test("keeps a secret kubeconfig secret", async () => {
    expect(token).not.toBe("");
    const { stdout } = await stack.pulumi(["stack", "export"]);
    expect(stdout).not.toContain(token);
    expect((await stack.pulumi(["preview", "--diff"])).output).not.toContain(token);
    await stack.destroy();
  });
});

test("a secret that an InitPod is given is masked in its log, and makes its logs secret", async () => {
  const stack = await stackOf(`
const web = new InitPod("web", {
  init: [{ name: "show", image: "sandbox.local/busybox:1", run: { script: 'echo "it is $TOKEN"', env: { TOKEN: config.requireSecret("token") } } }],
  container: { image: "sandbox.local/nginx-unprivileged:1", port: 8080 },
});
exports.initLogs = web.initLogs;
`);
  try {
    await stack.configure("token", "s3cr3t-77c1", "--secret");
    const { output } = await stack.up();
    expect(output).toContain("show | it is [secret]");
    expect(output + (await stack.pulumi(["stack", "export"])).stdout).not.toContain("s3cr3t-77c1");
    expect((await stack.pulumi(["stack", "output", "--json"])).stdout).toContain(`"initLogs": "[secret]"`);
  } finally {
    await stack.remove();
  }
});

test("Pulumi installs the plugin by itself from where its schema or its SDK says", async () => {
  const home = plugin.homeWithoutIt();
  const release = await serve(plugin.archives);
  const stack = await TestStack.create(
    remoteProgram(`
const web = new InitPod("web", ${scriptArgs("echo fine")}, { pluginDownloadURL: "${release.url}" });
exports.url = web.url;
`),
    { env: { PULUMI_HOME: home, PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: undefined } },
  );
  try {
    await stack.up();
    expect(existsSync(join(home, `plugins/resource-init-pod-v${version}`))).toBe(true);
    expect(release.asked).toContain(`/${basename(plugin.archive)}`);
    expect((await fetch(await stack.output("url"))).status).toBe(200);
  } finally {
    release.close();
    await stack.remove();
  }
});
