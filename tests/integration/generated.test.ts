import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { filesBelow } from "./support/machine.ts";
import { images } from "./support/programs.ts";
import { kubectl, objects, TestStack } from "./support/stack.ts";

/** The first has a secret made, which one of its steps is given, and another InitPod's app. */
const programOf = (epoch: string): string => `
const { InitPod } = require("init-pod");
const podSpec = { terminationGracePeriodSeconds: 1 };
const web = new InitPod("web", {
  generate: { "db-password": { keepers: { epoch: "${epoch}" } }, token: { length: 16, special: "-_", shared: true } },
  init: [{ name: "setup", image: "${images.busybox}", run: { script: 'echo "made $PASSWORD"; echo "\${#PASSWORD} \${#TOKEN}"' },
    secretEnv: { PASSWORD: { key: "db-password" }, TOKEN: { key: "token" } } }],
  container: { image: "${images.unprivileged}", port: 8080, secretEnv: { TOKEN: { key: "token" } } },
  podSpec,
});
const other = new InitPod("other", {
  container: { image: "${images.busybox}", command: ["sleep", "3600"],
    secretEnv: { PASSWORD: { secret: web.generatedSecret, key: "db-password" } } },
  podSpec,
});
exports.url = web.url;
exports.initLogs = web.initLogs;
exports.generatedSecret = web.generatedSecret;
exports.ofOther = other.generatedSecret;
`;

interface Secret {
  metadata: { name: string };
  immutable?: boolean;
  data: Record<string, string>;
}

describe("secrets that are generated", () => {
  let stack: TestStack;
  let output: string;
  let before: Secret | undefined;
  const secretOf = async (): Promise<Secret | undefined> => (await objects<Secret>("secrets", stack.namespace))[0];
  const valueOf = (secret: Secret | undefined, key: string): string =>
    Buffer.from(secret?.data[key] ?? "", "base64").toString();
  const podOf = async (name: string): Promise<string> => {
    const pods = await kubectl(["get", "pods", "-n", stack.namespace, "-o", "name"]);
    return pods.split("\n").find((one) => one.startsWith(`pod/${name}-`)) ?? "";
  };
  const inApp = async (name: string, script: string): Promise<string> =>
    await kubectl(["exec", "-n", stack.namespace, await podOf(name), "--", "sh", "-c", script]);

  beforeAll(async () => {
    stack = await TestStack.create(programOf("1"));
    ({ output } = await stack.up());
    before = await secretOf();
  });
  afterAll(() => stack.remove());

  test("are keys of one Secret, whose name is an output, and which nothing changes in place", async () => {
    const { generatedSecret, ofOther } = await stack.outputs();
    expect(before).toMatchObject({ metadata: { name: generatedSecret }, immutable: true });
    expect(generatedSecret).toMatch(/^web-generated-[0-9a-f]{8}$/);
    expect(ofOther).toBe("");
    expect(valueOf(before, "db-password")).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(valueOf(before, "token")).toMatch(/^[-_A-Za-z0-9]{16}$/);
  });

  test("are given to the step, and to the app only where both may have them", async () => {
    const { log } = ((await stack.outputs()).initLogs as { log: string[] }[])[0] ?? {};
    expect(log?.at(-1)).toBe("32 16");
    const all = await inApp("web", "env; cat /proc/[0-9]*/environ; cat /proc/mounts");
    expect(all).toContain(valueOf(before, "token"));
    expect(all).not.toContain(valueOf(before, "db-password"));
    expect(await inApp("other", 'printf %s "$PASSWORD"')).toBe(valueOf(before, "db-password"));
  });

  test("are in no output of `up`, no preview, no state in clear and no file of the forward", async () => {
    expect(output).toContain("setup | made [secret]");
    const { output: preview } = await stack.pulumi(["preview", "--diff"]);
    const { stdout: state } = await stack.pulumi(["stack", "export"]);
    expect(state).toContain("random:index/randomPassword:RandomPassword");
    const files = filesBelow(stack.stateHome).map((file) => readFileSync(file, "utf8"));
    for (const text of [output, preview, state, ...files]) {
      for (const key of ["db-password", "token"]) expect(text).not.toContain(valueOf(before, key));
    }
  });

  test("stay the same in each further `up`", async () => {
    expect(Object.keys(await stack.previewed())).toEqual(["same"]);
    await stack.up();
    expect(await secretOf()).toEqual(before);
  });

  test("are made anew by a keeper, and the Pod with them, without a failed request at its URL", async () => {
    stack.write(programOf("2"));
    const url = await stack.output("url");
    let answered = 0;
    const failed: string[] = [];
    const asking = setInterval(() => {
      fetch(url).then(
        async (response) => {
          answered++;
          await response.text();
          if (response.status >= 500) failed.push(String(response.status));
        },
        (error: unknown) => failed.push(String(error)),
      );
    }, 50);
    const { output: renewed } = await stack.up();
    clearInterval(asking);
    const after = await secretOf();
    expect(await objects("secrets", stack.namespace)).toHaveLength(1);
    expect(after?.metadata.name).not.toBe(before?.metadata.name);
    expect(valueOf(after, "db-password")).not.toBe(valueOf(before, "db-password"));
    // Of the other no keeper has changed.
    expect(valueOf(after, "token")).toBe(valueOf(before, "token"));
    expect(await inApp("other", 'printf %s "$PASSWORD"')).toBe(valueOf(after, "db-password"));
    expect(renewed).not.toContain(valueOf(after, "db-password"));
    expect(answered).toBeGreaterThan(10);
    expect(failed).toEqual([]);
  });
});
