import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, tally } from "./support/load.ts";
import { images, program, scriptArgs } from "./support/programs.ts";
import { type Finished, run } from "./support/run.ts";
import { repo, TestStack } from "./support/stack.ts";

const logged = "relation orders does not exist";
const secret = "s3cr3t-77c0ffee";

interface Status {
  healthy: boolean;
  initPods: { name: string; state: string; url: string; pods: { steps: { name: string; log: string[] }[] }[] }[];
  forwards: { url: string; state: string }[];
  next: { command: string }[];
}

const failing = program(
  `{
  init: [{ name: "migrate", image: "${images.busybox}", run: { script: "echo ${logged}; exit 3" } }],
  container: { image: "${images.unprivileged}", port: 8080 },
}`,
  `new InitPod("payments", {
  init: [{
    name: "keys", image: "${images.busybox}", run: { script: "echo $TOKEN; exit 3", env: { TOKEN: pulumi.secret("${secret}") } },
  }],
  container: { image: "${images.unprivileged}", port: 8080 },
});`,
);

describe("the command", () => {
  let stack: TestStack;
  /** The state folder of a machine that never ran `up`. */
  let elsewhere: string;

  const initPod = async (args: readonly string[], env: NodeJS.ProcessEnv = stack.env): Promise<Finished> =>
    await run(process.execPath, [join(repo, "components/bin/init-pod.js"), ...args, "-n", stack.namespace], { env });
  const status = async (): Promise<Status> => JSON.parse((await initPod(["status", "--json"])).stdout) as Status;

  beforeAll(async () => {
    stack = await TestStack.create(failing);
    elsewhere = mkdtempSync(join(tmpdir(), "init-pod-elsewhere-"));
    await stack.tryUp();
  });
  afterAll(async () => {
    await initPod(["stop"], { ...stack.env, XDG_STATE_HOME: elsewhere });
    rmSync(elsewhere, { recursive: true, force: true });
    await stack.remove();
  });

  test("status ends with 3 where a step failed, and shows the end of its log", async () => {
    const { code, stdout } = await initPod(["status"]);
    expect(code).toBe(3);
    expect(stdout).toMatch(new RegExp(`✗ migrate +failed with exit code 3[^\\n]*\\n +│ ${logged}\\n`));
  });

  test("status shows no log of an InitPod that was given a secret", async () => {
    const { stdout } = await initPod(["status"]);
    expect(stdout).toMatch(/✗ keys +failed with exit code 3/);
    expect(stdout).not.toContain(secret);
    const { initPods } = await status();
    expect(initPods.find(({ name }) => name === "payments")?.pods[0]?.steps.flatMap(({ log }) => log)).toEqual([]);
  });

  test("status says what to do next, and that works", async () => {
    const command = (await status()).next.find(({ command }) => command.includes("migrate"))?.command ?? "";
    const [kubectl = "", ...args] = command.split(" ");
    expect((await run(kubectl, args)).stdout).toBe(`${logged}\n`);
  });

  test("status ends with 0 once all is well", async () => {
    stack.write(program(scriptArgs("echo ok")));
    await stack.up();
    const { code, stdout } = await initPod(["status"]);
    expect(code, stdout).toBe(0);
    const { healthy, initPods, forwards, next } = await status();
    expect({ healthy, next }).toEqual({ healthy: true, next: [] });
    expect(initPods).toMatchObject([{ name: "web", state: "ready", url: await stack.output("url") }]);
    expect(forwards.find(({ url }) => url === initPods[0]?.url)?.state).toBe("forwarding");
  });

  test("forward makes the URL answer on a machine that never ran `up`, and stop ends that", async () => {
    const url = await stack.output("url");
    await initPod(["stop"]);
    await expect(ask(url)).resolves.toMatchObject({ status: 0 });
    const env = { ...stack.env, XDG_STATE_HOME: elsewhere };
    expect((await initPod(["forward", "web"], env)).stdout).toBe(`${url}  ${stack.namespace}/web  answers\n`);
    expect(tally([await ask(url)])).toEqual({ app: 1 });
    expect((await initPod(["stop"], env)).stdout).toContain(`${url}  ${stack.namespace}/web  stopped`);
    await expect(ask(url)).resolves.toMatchObject({ status: 0 });
  });
});
