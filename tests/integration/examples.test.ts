import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleStack } from "./support/examples.ts";
import { type Finished, run } from "./support/run.ts";
import { kubectl, objects, type TestStack } from "./support/stack.ts";

interface Pod {
  metadata: { name: string; labels: Record<string, string> };
}

interface Resource {
  urn: string;
  type: string;
  provider?: string;
  inputs?: object;
}

describe("examples/embed", () => {
  let stack: TestStack;
  let consumer: TestStack;
  let preview: Finished;
  let outputs: Record<string, string>;
  let password: string;
  let context: string;

  beforeAll(async () => {
    context = (await kubectl(["config", "current-context"])).trim();
    stack = await exampleStack("embed", { config: { "kubernetes:context": context } });
    consumer = await exampleStack("embed/consumer", { env: { PULUMI_BACKEND_URL: stack.env.PULUMI_BACKEND_URL } });
    preview = await stack.pulumi(["preview"]);
    await stack.up();
    outputs = (await stack.outputs()) as typeof outputs;
    const secret = ["get", "secret", "-n", outputs.namespaceName ?? "", outputs.generatedSecret ?? ""];
    password = Buffer.from(await kubectl([...secret, "-o", "jsonpath={.data.owner}"]), "base64").toString();
  }, 300_000);
  afterAll(async () => {
    await stack.try(["destroy", "--yes", "--skip-preview"]);
    for (const one of [consumer, stack]) await one.remove();
  });

  test("serves what the migration left in the database", async () => {
    expect(await (await fetch(outputs.url ?? "")).json()).toEqual([{ item: "tea" }]);
  });

  test("has a preview of all of it, the namespace included, without a warning", () => {
    expect(preview.output).toMatch(/embed:index:Shop/);
    expect(preview.output).not.toMatch(/warning/i);
  });

  test("shows no change in the next preview", async () => {
    expect(Object.keys(await stack.previewed())).toEqual(["same"]);
  });

  test("never shows the web server the password by which its step migrates", async () => {
    const pods = await objects<Pod>("pods", outputs.namespaceName ?? "");
    const web =
      pods.find(({ metadata }) => metadata.name.startsWith("shop-") && !metadata.name.startsWith("shop-database-"))
        ?.metadata.name ?? "no Pod";
    const search = "env; cat /proc/[0-9]*/environ; cat /usr/share/nginx/html/*; find / -xdev -name '*token*'";
    const seen = await kubectl(["exec", "-n", outputs.namespaceName ?? "", web, "--", "sh", "-c", `${search} || true`]);
    expect(password).toMatch(/^\w{32}$/);
    expect(seen).toContain("tea");
    expect(seen).not.toContain(password);
  });

  test("makes everything by the provider that it is given, none of it in the stack's own namespace", async () => {
    const { stdout } = await stack.pulumi(["stack", "export"]);
    const { deployment } = JSON.parse(stdout) as { deployment: { resources: Resource[] } };
    const provider = deployment.resources.find(({ urn }) => urn.endsWith("::pulumi:providers:kubernetes::cluster"));
    expect(provider?.inputs).toMatchObject({ context });
    const ofKubernetes = deployment.resources.filter(({ type }) => type.startsWith("kubernetes:"));
    expect(ofKubernetes.length).toBeGreaterThan(4);
    for (const { type, provider } of ofKubernetes) expect(provider, type).toMatch(/::cluster::/);
    expect(await objects("pods,services", stack.namespace)).toEqual([]);
  });

  test("has outputs that another stack uses: the page, the database and its Secret", async () => {
    await consumer.configure("shop", "organization/embed/test");
    await consumer.up();
    const { url, initLogs, shopUrl } = (await consumer.outputs()) as Record<string, string> & {
      initLogs: { container: string; log: string[] }[];
    };
    expect(await (await fetch(url ?? "")).json()).toEqual([{ item: "tea" }]);
    expect(initLogs.find(({ container }) => container === "count")?.log.join()).toContain("1 orders");
    expect(shopUrl).toBe(outputs.url);
    await consumer.destroy();
  });

  test("goes without a trace", async () => {
    await stack.destroy();
    const names = await kubectl(["get", "namespaces", "-o", "name"]);
    expect(names).not.toContain(outputs.namespaceName);
  });
});

describe("examples/automation", () => {
  let stack: TestStack;
  let ran: Finished;

  beforeAll(async () => {
    stack = await exampleStack("automation");
    const env = { ...stack.env, CI: "true" };
    ran = await run("node", ["index.ts", stack.namespace], { cwd: stack.project, env });
  });
  afterAll(() => stack.remove());

  test("goes up in one process, in CI too, with the log as it comes and a URL that answers, and takes all down", async () => {
    expect(ran.code, ran.output).toBe(0);
    expect(ran.stdout).toMatch(/download \| saved \S+index\.html/);
    expect(ran.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+ answers 200$/m);
    expect(ran.stdout).toMatch(/^destroy: \{ delete: \d+ \}$/m);
    expect(await objects("pods", stack.namespace)).toEqual([]);
  });

  test("changes nothing in a second up", () => {
    expect(ran.stdout).toMatch(/^second up: \{ same: \d+ \}$/m);
  });

  test("ends on a CommandError with InitPod's own error, and takes all down, where a container fails", async () => {
    const file = join(stack.project, "index.ts");
    writeFileSync(file, readFileSync(file, "utf8").replace("port: 8080", `port: 8080, command: ["false"]`));
    const { code, output } = await run("node", ["index.ts", stack.namespace], { cwd: stack.project, env: stack.env });
    expect(code, output).toBe(1);
    expect(output).toContain("CommandError");
    expect(output).toMatch(/container \\?"app\\?" of Pod \S+ failed/);
    expect(await objects("pods", stack.namespace)).toEqual([]);
  });
});

describe("examples/consumer-tests", () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await exampleStack("consumer-tests");
  });
  afterAll(() => stack.remove());

  /** Without a kubeconfig, and so without a cluster. */
  const tested = async (): Promise<Finished> =>
    await run("npm", ["test"], { cwd: stack.project, env: { ...stack.env, KUBECONFIG: "/nowhere" } });

  test("pass without a cluster and without an engine, in seconds", async () => {
    const { code, output, seconds } = await tested();
    expect(code, output).toBe(0);
    expect(output).toMatch(/pass [1-9]/);
    expect(seconds).toBeLessThan(30);
  });

  test("fail where the program does something else", async () => {
    const file = join(stack.project, "index.ts");
    writeFileSync(file, readFileSync(file, "utf8").replace(/\{[^{]*waitFor: \{.*\n/, ""));
    const { code, output } = await tested();
    expect(code).not.toBe(0);
    expect(output).toContain("the download waits for the database");
  });
});
