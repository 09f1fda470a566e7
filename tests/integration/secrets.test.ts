import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { daemonOf, filesBelow, processesWith } from "./support/machine.ts";
import { images, program } from "./support/programs.ts";
import { kubectl, objects, TestStack } from "./support/stack.ts";

const secret = "s3cr3t-bd41f0c7";

describe("a secret in the configuration", () => {
  let stack: TestStack;
  let output = "";
  const commandLines = new Set<string>();

  beforeAll(async () => {
    stack = await TestStack.create(
      program(`{
        init: [
          {
            name: "show",
            image: "${images.busybox}",
            run: { script: 'echo "it is $TOKEN"; sleep 2', env: { TOKEN: config.requireSecret("token") } },
          },
          {
            image: "${images.curl}",
            download: {
              url: "http://weather.weather.svc/",
              to: "/usr/share/nginx/html/index.html",
              headers: { Authorization: pulumi.interpolate\`Bearer \${config.requireSecret("token")}\` },
            },
          },
        ],
        container: { image: "${images.unprivileged}", port: 8080 },
      }`),
    );
    await stack.configure("token", secret, "--secret");
    const watching = setInterval(() => {
      for (const { arguments: words } of processesWith("XDG_STATE_HOME", stack.stateHome)) {
        commandLines.add(words.join(" "));
      }
    }, 100);
    output = (await stack.up()).output;
    clearInterval(watching);
  });
  afterAll(() => stack.remove());

  test("is masked in what `up` shows of the log that holds it", () => {
    expect(output).toContain("show | it is [secret]");
    expect(output).not.toContain(secret);
  });

  test("is in no process's command line, neither here nor in the Pod", async () => {
    expect([...commandLines].some((line) => line.includes("pulumi-language-nodejs"))).toBe(true);
    expect([...commandLines].filter((line) => line.includes(secret))).toEqual([]);
    const pods = JSON.parse(await kubectl(["get", "pods", "-n", stack.namespace, "-o", "json"])) as {
      items: { spec: { initContainers: { command?: string[]; args?: string[] }[] } }[];
    };
    const words = pods.items.flatMap(({ spec }) =>
      spec.initContainers.flatMap(({ command = [], args = [] }) => [...command, ...args]),
    );
    expect(words.length).toBeGreaterThan(0);
    expect(words.join(" ")).not.toContain(secret);
  });

  test("is not in the daemon's environment, which has nothing of Pulumi's", () => {
    const daemon = daemonOf(stack.stateHome);
    expect(daemon).toBeDefined();
    expect(Object.keys(daemon?.environment ?? {}).filter((name) => /^(PULUMI_|NODE_OPTIONS)/.test(name))).toEqual([]);
    expect(JSON.stringify(daemon)).not.toContain(secret);
  });

  test("is in no file of the daemon, and nobody else can read those", () => {
    const files = filesBelow(stack.stateHome);
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      expect(readFileSync(file, "utf8")).not.toContain(secret);
      expect(statSync(file).mode & 0o077, file).toBe(0);
    }
    expect(statSync(join(stack.stateHome, "init-pod")).mode & 0o077).toBe(0);
  });

  test("is not in the state in plain text", async () => {
    const { stdout } = await stack.pulumi(["stack", "export"]);
    expect(stdout).toContain("init-pod:index:InitPod");
    expect(stdout).not.toContain(secret);
  });

  test("stands in no Pod: it is in a Secret of the InitPod's, which the Pod names", async () => {
    const [pods, kept] = await Promise.all(
      ["pods", "secrets"].map((kind) => objects<{ immutable?: boolean; data?: object }>(kind, stack.namespace)),
    );
    expect(JSON.stringify(pods)).not.toContain(secret);
    expect(JSON.stringify(pods)).toMatch(/"secretKeyRef":\{"key":"show\.TOKEN","name":"web-env-[0-9a-f]{8}"\}/);
    expect(kept).toHaveLength(1);
    expect(kept?.[0]).toMatchObject({
      immutable: true,
      data: {
        "show.TOKEN": Buffer.from(secret).toString("base64"),
        "download.INIT_POD_HEADER_1": Buffer.from(`Bearer ${secret}`).toString("base64"),
      },
    });
  });

  test("changes nothing by itself, and leaves a change beside it readable", async () => {
    expect(await stack.previewed()).toEqual({ same: expect.any(Number) as number });
    const text = readFileSync(join(stack.project, "index.js"), "utf8");
    stack.write(text.replace(images.busybox, images.curl));
    const { output: diff } = await stack.pulumi(["preview", "--diff"]);
    expect(diff).toContain(`${images.busybox}" => "${images.curl}`);
    expect(diff).not.toContain(secret);
    stack.write(text);
  });

  test("changed, it is another Secret, and the Pod is made anew with it", async () => {
    const named = async (): Promise<string[]> =>
      (await objects<{ metadata: { name: string } }>("secrets", stack.namespace)).map(({ metadata }) => metadata.name);
    const before = await named();
    await stack.configure("token", "another-1f2e3d", "--secret");
    expect(await stack.previewed()).toMatchObject({ replace: 2 });
    const { output: second } = await stack.up();
    expect(second).toContain("show | it is [secret]");
    const after = await named();
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
  });

  test("makes initLogs a secret, and no other output", async () => {
    const { stdout } = await stack.pulumi(["stack", "output", "--json"]);
    const outputs = JSON.parse(stdout) as Record<string, unknown>;
    expect(outputs.initLogs).toBe("[secret]");
    expect(outputs.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(outputs.podName).toMatch(/^web-/);
  });
});

test("a kubeconfig that is a secret stays one in the daemon's file, which its owner alone can read", async () => {
  const stack = await TestStack.create(
    program(
      `{ container: { image: "${images.unprivileged}", port: 8080 } }`,
      "",
      `{ provider: new k8s.Provider("mine", { kubeconfig: config.requireSecret("kubeconfig"), namespace: config.require("ns") }) }`,
    ),
  );
  try {
    await stack.configure("kubeconfig", readFileSync(process.env.KUBECONFIG ?? "", "utf8"), "--secret");
    await stack.configure("ns", stack.namespace);
    // The cluster of the environment is another one: only the provider's is right.
    const { output } = await stack.up({ env: { KUBECONFIG: join(stack.folder, "none") } });
    expect(output).not.toMatch(/client-key-data|token:/);
    expect((await fetch(await stack.output("url"))).status).toBeGreaterThan(0);
    const { stdout } = await stack.pulumi(["stack", "export"]);
    expect(stdout).not.toMatch(/client-key-data|certificate-authority-data/);
    for (const file of filesBelow(stack.stateHome)) expect(statSync(file).mode & 0o077, file).toBe(0);
  } finally {
    await stack.remove();
  }
});
