import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { daemonOf, filesBelow, processesWith } from "./support/machine.ts";
import { images, program } from "./support/programs.ts";
import { kubectl, TestStack } from "./support/stack.ts";

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
