import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LogEntry } from "../../components/cli/logs/entry.ts";
import { createAccounts } from "./support/documentedRole.ts";
import { eventually } from "./support/machine.ts";
import { images } from "./support/programs.ts";
import { adminConfig } from "./support/proxy.ts";
import { type Finished, mustRun, run } from "./support/run.ts";
import { kubectl, objects, repo, TestStack } from "./support/stack.ts";

const secret = "s3cr3t-90a1b2c3";

const step = (name: string, script: string, more = ""): string =>
  `{ name: "${name}", image: "${images.busybox}", run: { script: ${JSON.stringify(script)}${more} } }`;
const served = `container: { image: "${images.unprivileged}", port: 8080 }`;
const failsTwice = `echo >> /state/n; n=$(wc -l < /state/n); echo "this is run $n"; test $n -gt 2`;
const volumes = `volumes: { state: { mountPath: "/state" } }`;

const programOf = (slow: string): string => `
const pulumi = require("@pulumi/pulumi");
const { InitPod } = require("init-pod");
new InitPod("web", {
  init: [
    ${step("greet", `printf 'hello\\n\\033[31mred\\033[0m\\n'`)},
    ${step("flaky", failsTwice)},
    ${step("long", "for i in 1 2 3 4 5 6 7 8; do echo tick $i; sleep 1; done")},
  ],
  ${served}, retries: 2, ${volumes},
});
new InitPod("again", { init: [${step("flaky", `${failsTwice} && sleep 600`)}], ${served}, retries: 2, ${volumes} });
new InitPod("keys", { init: [${step("show", "echo token is $TOKEN", `, env: { TOKEN: pulumi.secret("${secret}") }`)}], ${served} });
new InitPod("once", {
  init: [${step("first", "echo done first")}],
  container: { image: "${images.busybox}", command: ["echo", "done last"] }, podSpec: { restartPolicy: "Never" },
});
new InitPod("raw", {
  init: [{ name: "raw", container: { image: "${images.busybox}", command: ["echo", pulumi.secret("${secret}")] } }], ${served},
});
new InitPod("broken", { init: [${step("fail", "echo no such table; exit 4")}], ${served}, retries: 0 });
new InitPod("slow", { init: [${step("wait", `echo ${slow}; ${slow === "second" ? "true" : "sleep 600"}`)}], ${served} });
`;

describe("init-pod logs", () => {
  let stack: TestStack;

  const words = (args: readonly string[]): string[] => [
    join(repo, "components/bin/init-pod.js"),
    "logs",
    ...args,
    "-n",
    stack.namespace,
  ];
  const logs = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> =>
    await run(process.execPath, words(args), { env: { ...stack.env, ...env } });
  const entries = ({ stdout }: Finished): LogEntry[] =>
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as LogEntry);
  const podOf = async (name: string): Promise<string> => {
    const pods = await objects<{ metadata: { name: string } }>("pods", stack.namespace);
    return pods.map(({ metadata }) => metadata.name).find((pod) => pod.startsWith(`${name}-`)) ?? "";
  };

  beforeAll(async () => {
    stack = await TestStack.create(programOf("first"), { env: { INIT_POD_WAIT: "0" } });
    await stack.up();
  });
  afterAll(() => stack.remove());

  test("-f follows every step until the Pod is Ready, with each attempt and how it ended", async () => {
    const { code, stdout, stderr } = await logs(["web", "-f"]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/── greet, attempt 1: [^\n]*\nhello\nred\n/);
    expect(stdout).toMatch(/── (greet|flaky), attempt \d: (ended with exit code 0|failed with exit code 1) after /);
    expect(stdout).toMatch(/── flaky, attempt 3: /);
    const ticks = [1, 2, 3, 4, 5, 6, 7, 8].map((tick) => `tick ${tick}\n`).join("");
    expect(stdout).toContain(ticks);
    expect(stdout.match(/tick 8/g)).toHaveLength(1);
    expect(stderr).toMatch(/^Pod \S+\/web-\S+ is Ready\.$/m);
  });

  test("shows the current and the previous attempt of a step that failed twice, and says of others that they are gone", async () => {
    expect(await eventually(async () => (await logs(["again"])).stdout.includes("this is run 3"), 60)).toBe(true);
    const found = entries(await logs(["again", "flaky", "--json"]));
    expect(found).toMatchObject([
      { kind: "note", step: "flaky", attempt: 1, text: "(the log of attempt 1 is gone)" },
      { kind: "attempt", attempt: 2, exitCode: 1 },
      { kind: "line", attempt: 2, text: "this is run 2" },
      { kind: "attempt", attempt: 3 },
      { kind: "line", attempt: 3, text: "this is run 3" },
    ]);
    expect(found[1]?.text).toMatch(/^failed with exit code 1 after /);
    expect(found[3]?.text).toMatch(/^has run for .* so far$/);
    expect(Date.parse(found[2]?.time ?? "")).toBeGreaterThan(0);
    const { stdout, code } = await logs(["again", "--previous"]);
    expect(code).toBe(0);
    expect(stdout.split("\n").slice(1)).toEqual([
      expect.stringMatching(/^── flaky, attempt 2: failed with exit code 1/),
      "this is run 2",
      "",
    ]);
    const none = await logs(["web", "greet", "--previous"]);
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(/^init-pod: Step greet of InitPod \S+\/web was not started again/);
  });

  test("shows the app where it is named, of a Pod that has ended too", async () => {
    const { stdout: first } = await logs(["once"]);
    expect(first).toMatch(/── first, attempt 1: ended with exit code 0[^\n]*\ndone first\n$/);
    const { stdout: last } = await logs(["once", "app"]);
    expect(last.split("\n")).toContain("done last");
  });

  test("masks what a step was given, as `up` does, and names the command where it can't", async () => {
    const shown = await logs(["keys"]);
    expect(shown.stdout).toContain("token is [secret]\n");
    const withheld = await logs(["raw"]);
    expect(withheld).toMatchObject({ code: 1, stdout: "" });
    const [, command = ""] = /To see them as they are: (kubectl .*)\n/.exec(withheld.stderr) ?? [];
    expect(command).toBe(`kubectl logs -n ${stack.namespace} ${await podOf("raw")} --all-containers`);
    expect(`${shown.output}${withheld.output}`).not.toContain(secret);
  });

  test("-f ends with 3 where the Pod has failed, and says how", async () => {
    const { code, stdout, stderr } = await logs(["broken", "--follow"]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/── fail, attempt \d+: failed with exit code 4[^\n]*\nno such table\n/);
    expect(stderr).toMatch(/Pod \S+ can't get Ready: /);
  });

  test("names what there is where a step or an InitPod is unknown", async () => {
    const noStep = await logs(["web", "flakey"]);
    expect(noStep.code).toBe(1);
    expect(noStep.stderr).toContain(
      "has no step named flakey. Did you mean flaky? There are: greet, flaky, long, app.",
    );
    expect((await logs(["wbe"])).stderr).toMatch(/No InitPod in context \S+ named wbe\. There are: /);
  });

  test("-f goes on with the Pod that replaces the one it follows", async () => {
    const following = logs(["slow", "-f"]);
    const before = await podOf("slow");
    stack.write(programOf("second"));
    await stack.up();
    const { code, stdout, stderr } = await following;
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/── wait[^\n]*\nfirst\n[^]*── wait[^\n]*\nsecond\n/);
    expect(stderr).toMatch(new RegExp(`Pod \\S+/${before} is replaced by Pod \\S+/slow-`));
  });

  test("-f ends at Ctrl-C with whole lines and no word of it", async () => {
    stack.write(programOf("third"));
    await stack.up();
    const child = spawn(process.execPath, words(["slow", "-f"]), { env: stack.env });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    expect(await eventually(() => out.includes("third\n"), 60)).toBe(true);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(out).toMatch(/third\n$/);
    expect(err).not.toMatch(/error|at .*\.js/i);
  });

  test("says which right is missing, of logs and of the Secrets that would be masked", async () => {
    const { namespace } = stack;
    await createAccounts(namespace, stack.folder, ["reader"]);
    const asReader = async (resources: string[]): Promise<NodeJS.ProcessEnv> => {
      const rules = resources.map((resource) => ({
        apiGroups: [""],
        resources: [resource],
        verbs: ["get", "list", "watch"],
      }));
      await kubectl(["patch", "role", "init-pod", "-n", namespace, "--type=merge", "-p", JSON.stringify({ rules })]);
      const token = (await mustRun("kubectl", ["create", "token", "reader", "-n", namespace])).stdout.trim();
      const config = await adminConfig<{ users: { user: object }[] }>();
      for (const one of config.users) one.user = { token };
      const file = join(stack.folder, "kubeconfig");
      writeFileSync(file, JSON.stringify(config));
      return { KUBECONFIG: file };
    };
    const noLogs = await logs(["once"], await asReader(["pods"]));
    expect(noLogs).toMatchObject({ code: 1, stdout: "" });
    expect(noLogs.stderr).toContain(`There is no right to \`get\` \`pods/log\` in namespace ${namespace}`);
    const noSecrets = await asReader(["pods", "pods/log"]);
    const withheld = await logs(["keys"], noSecrets);
    expect(withheld).toMatchObject({ code: 1, stdout: "" });
    expect(withheld.stderr).toMatch(
      /are withheld, as they may hold a secret: Secret keys-env-\S+, .*can't be read here to mask it/,
    );
    expect((await logs(["web", "greet"], noSecrets)).stdout).toContain("hello\n");
  });
});
