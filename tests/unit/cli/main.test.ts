import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { parseCommand, UsageError } from "../../../components/cli/verbs/arguments.ts";
import { helpOf, usage, verbs } from "../../../components/cli/verbs/help.ts";
import { listDesired, removeForward } from "../../../components/forward/state/desired.ts";
import { liveDaemon } from "../../../components/forward/state/lock.ts";
import { dist } from "../builtPackage";
import type { FakeApi } from "../forward/fakeApi";
import { ask, fakeApi, freePort, httpApp, temporaryFolder, until } from "../forward/helpers";

describe("the command line", () => {
  test("takes a verb, names and options in any order", () => {
    expect(parseCommand(["--json", "status", "-n", "prod", "web"])).toMatchObject({
      verb: "status",
      names: ["web"],
      json: true,
      namespace: "prod",
    });
  });

  test.each([[[]], [["bogus"]], [["status", "--bogus"]]])("refuses %j", (args) => {
    expect(() => parseCommand(args)).toThrow(UsageError);
  });

  test("tells of itself", () => {
    expect(parseCommand(["-h"])).toBe("help");
    expect(parseCommand(["--version"])).toBe("version");
    const options = [...usage.matchAll(/^ {2}(?:-\w, )?--(\w+)( [A-Z]+)?/gm)];
    expect(options.map(([, name]) => name)).toEqual(["context", "namespace", "kubeconfig", "json", "help", "version"]);
    for (const [, name = "", value] of options.slice(0, 4)) {
      const command = parseCommand([`--${name}`, ...(value === undefined ? [] : ["x"]), "stop"]);
      expect(command).toMatchObject({ verb: "stop", [name]: value === undefined ? true : "x" });
    }
  });
});

describe("logs and the help of verbs, on the command line", () => {
  test("logs takes a name, a step and options of its own", () => {
    expect(parseCommand(["logs", "shop/web", "migrate", "-f"])).toMatchObject({
      verb: "logs",
      names: ["shop/web"],
      step: "migrate",
      follow: true,
    });
    expect(parseCommand(["logs", "web", "--previous"])).toMatchObject({ names: ["web"], previous: true });
  });

  test.each([
    [["logs"], "needs the NAME"],
    [["logs", "a", "b", "c"], "one NAME and one STEP"],
    [["logs", "a", "-f", "--previous"], "exclude each other"],
    [["status", "--follow"], "status has no option --follow"],
    [["preview-comment", "-n", "shop"], "preview-comment has no option --namespace"],
    [["log", "web"], "Did you mean logs?"],
    [["help", "bogus"], 'no verb "bogus"'],
  ])("%j is refused, and why is said", (args, why) => {
    expect(() => parseCommand(args)).toThrow(why);
  });

  test.each(Object.keys(verbs) as (keyof typeof verbs)[])("%s has help of its own, in two ways", (verb) => {
    expect(parseCommand([verb, "--help"])).toEqual({ helpOn: verb });
    expect(parseCommand(["help", verb])).toEqual({ helpOn: verb });
    const help = helpOf(verb);
    expect(help).toMatch(new RegExp(`^Usage: init-pod ${verb} .*\\[options\\]$`, "m"));
    for (const part of ["Options:", "Examples:", "Exit codes:", "--json"]) expect(help).toContain(part);
    expect(help.includes("--namespace NS")).toBe(verb !== "preview-comment");
    for (const line of help.split("\n")) expect(line.length).toBeLessThan(80);
    const examples = [...help.matchAll(/^ {2}npx init-pod (.*)$/gm)].map(
      ([, example = ""]) => example.split(" | ")[0] ?? "",
    );
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(parseCommand(example.split(" "))).toMatchObject({ verb });
    expect(usage).toMatch(new RegExp(`^ {2}${verb} `, "m"));
  });
});

describe("the command", () => {
  let folder: string;
  let api: FakeApi;
  let localPort: number;

  beforeEach(async () => {
    folder = temporaryFolder();
    api = await fakeApi();
    localPort = await freePort();
    writeFileSync(join(folder, "..", "kubeconfig"), api.kubeconfig);
    onTestFinished(async () => {
      for (const { key } of listDesired(folder)) removeForward(folder, key);
      await until(() => liveDaemon(folder) === undefined, 5_000);
    });
  });

  function runPod(
    appPort: number,
    ready = true,
    annotations: Record<string, string> = { "init-pod.dev/port": "80", "init-pod.dev/local-port": String(localPort) },
  ): void {
    api.setPod({
      name: "web-1",
      uid: "uid-1",
      labels: { "init-pod.dev/id": "web-0123456789" },
      annotations,
      ready,
      appPort,
    });
  }

  async function initPod(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const script = join(dist, "cli/main.js");
    const env = { ...process.env, XDG_STATE_HOME: join(folder, ".."), KUBECONFIG: join(folder, "..", "kubeconfig") };
    return await new Promise((resolve) => {
      execFile(process.execPath, [script, ...args], { env }, (error, out, err) =>
        resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
      );
    });
  }

  test("ends with 2 and the usage for an unknown verb", async () => {
    const { code, err } = await initPod("bogus");
    expect(code).toBe(2);
    expect(err).toContain('There is no verb "bogus".');
    expect(err).toContain("Usage: init-pod");
  });

  test("forwards from labels and annotations alone, shows it, and stops it", async () => {
    runPod(await httpApp((_request, response) => response.end("hello")));
    const before = await initPod("status");
    expect(before.code).toBe(0);
    expect(before.out).toMatch(/default\/web +not here/);
    const url = `http://127.0.0.1:${localPort}`;
    expect(await initPod("forward")).toMatchObject({ code: 0, out: `${url}  default/web  answers\n` });
    expect((await ask(localPort)).body).toBe("hello");
    const status = JSON.parse((await initPod("status", "--json")).out) as { forwards: object[]; healthy: boolean };
    expect(status).toMatchObject({ healthy: true, forwards: [{ state: "forwarding", pod: "web-1", name: "web" }] });
    expect((await initPod("stop", "default/web")).out).toBe(`${url}  default/web  stopped\n`);
    expect(existsSync(folder)).toBe(false);
    await expect(ask(localPort)).rejects.toThrow("ECONNREFUSED");
  });

  test("forwards to a Pod that is not Ready, where the URL says what it does", async () => {
    runPod(1, false);
    expect((await initPod("forward")).out).toContain("waits for its Pod");
    expect((await ask(localPort)).headers["x-init-pod"]).toBe("waiting");
  });

  test("stops forwards although the cluster is gone", async () => {
    runPod(await httpApp((_request, response) => response.end("hello")));
    await initPod("forward");
    await api.stop();
    const { code, out } = await initPod("stop", "--json");
    expect(code).toBe(0);
    const url = `http://127.0.0.1:${localPort}`;
    expect(JSON.parse(out)).toEqual({ stopped: [{ name: "web", namespace: "default", url }] });
    await expect(ask(localPort)).rejects.toThrow("ECONNREFUSED");
  });

  test("with --json has nothing but text on standard error where a name means nothing", async () => {
    runPod(1);
    const { code, out, err } = await initPod("status", "wbe", "--json");
    expect(code).toBe(1);
    expect(out).toBe("");
    expect(err).toMatch(/^init-pod: No InitPod/);
  });

  test("says that a killed daemon is down, and revives it", async () => {
    runPod(await httpApp((_request, response) => response.end("hello")));
    await initPod("forward");
    process.kill(liveDaemon(folder)?.pid ?? 0, "SIGKILL");
    await until(() => liveDaemon(folder) === undefined);
    const { code, out } = await initPod("status");
    expect(code).toBe(3);
    expect(out).toContain("Forwarder  does not run");
    expect(out).toContain("init-pod forward");
    expect((await initPod("forward")).code).toBe(0);
    expect((await ask(localPort)).body).toBe("hello");
  });

  test("ends with 1 for a context that does not exist", async () => {
    const { code, err } = await initPod("forward", "--context", "bogus");
    expect(code).toBe(1);
    expect(err).toContain('No context "bogus"');
  });

  test.each(["status", "forward", "stop"])(
    "ends %s with 1 where a name means nothing, and says what there is",
    async (verb) => {
      runPod(1);
      const { code, out, err } = await initPod(verb, "wbe");
      expect(code).toBe(1);
      expect(out).toBe("");
      expect(err).toMatch(
        verb === "stop"
          ? /^init-pod: No forward on this machine named wbe\. There is none\.$/m
          : /^init-pod: No InitPod in context fake named wbe\. There is: default\/web\.$/m,
      );
    },
  );

  test("ends forward with 1 for an InitPod without a URL that was asked for, and leaves it out else", async () => {
    runPod(1, true, {});
    expect(await initPod("forward")).toMatchObject({ code: 0, out: "No InitPod with a URL in context fake.\n" });
    const { code, out } = await initPod("forward", "web");
    expect(code).toBe(1);
    expect(out).toContain("It has no URL");
  });

  test("ends forward with 1 where the right to forward is missing, and names it", async () => {
    runPod(await httpApp((_request, response) => response.end("hello")));
    api.refusal = { status: 403, message: 'pods "web-1" is forbidden' };
    const { code, out } = await initPod("forward", "--json");
    expect(code).toBe(1);
    const { forwards } = JSON.parse(out) as { forwards: { state: string; message: string }[] };
    expect(forwards).toMatchObject([{ name: "web", namespace: "default", state: "failed" }]);
    expect(forwards[0]?.message).toContain("get and create on pods/portforward");
  });

  test("ends status with 3 where an InitPod is not Ready, and with 1 where the cluster can't be read", async () => {
    runPod(1, false);
    expect((await initPod("status")).code).toBe(3);
    await api.stop();
    const { code, out } = await initPod("status", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ healthy: false, initPods: [], forwards: [] });
  });

  test("has no colours in a pipe", async () => {
    runPod(1);
    expect((await initPod("status")).out).not.toContain("\u001b[");
  });
});
