import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { parseCommand, UsageError } from "../../../components/cli/arguments";
import { statusOf } from "../../../components/cli/status";
import { inUnits, statusText, stepText } from "../../../components/cli/statusText";
import { table } from "../../../components/cli/table";
import { listDesired, removeForward } from "../../../components/forward/desired";
import { liveDaemon } from "../../../components/forward/lock";
import type { FakeApi } from "../forward/fakeApi";
import { ask, fakeApi, freePort, httpApp, temporaryFolder, until } from "../forward/helpers";

const plain = (_style: unknown, text: string): string => text;

describe("the command line", () => {
  it("takes a verb, names and options in any order", () => {
    expect(parseCommand(["--json", "status", "-n", "prod", "web"])).toMatchObject({
      verb: "status",
      names: ["web"],
      json: true,
      namespace: "prod",
    });
  });

  it.each([[[]], [["bogus"]], [["status", "--bogus"]]])("refuses %j", (args) => {
    expect(() => parseCommand(args)).toThrow(UsageError);
  });

  it("tells of itself", () => {
    expect(parseCommand(["-h"])).toBe("help");
    expect(parseCommand(["--version"])).toBe("version");
  });
});

describe("tables", () => {
  const rows = [
    { name: "web", url: "http://127.0.0.1:20000", problem: "" },
    { name: "\u001b[32mlonger\u001b[39m", url: "", problem: "" },
  ];

  it("align columns by what is seen, and leave empty ones out", () => {
    expect(table(rows, 80)).toBe("NAME    URL\nweb     http://127.0.0.1:20000\n\u001b[32mlonger\u001b[39m");
  });

  it("become blocks where the terminal is too narrow", () => {
    expect(table(rows, 20)).toBe("name  web\nurl   http://127.0.0.1:20000\n\nname  \u001b[32mlonger\u001b[39m");
  });
});

it("says in few words how an init step went", () => {
  expect(stepText({ name: "a", state: "done", exitCode: 0, restarts: 0 }, plain)).toBe("done");
  const crashing = { name: "a", state: "waiting", reason: "CrashLoopBackOff", exitCode: 22, restarts: 1 } as const;
  expect(stepText(crashing, plain)).toBe("CrashLoopBackOff, exit code 22, 1 restart");
});

it("shows bytes in units", () => {
  expect([0, 1023, 1536, 3 * 1024 ** 3].map(inUnits)).toEqual(["0 B", "1023 B", "1.5 KiB", "3.0 GiB"]);
});

it("shows what is known where the cluster can't be read", () => {
  const status = statusOf(temporaryFolder(), [], new Error("no such context"));
  expect(statusText(status, 80, plain)).toBe("The cluster can't be read: no such context\n");
  expect(status.healthy).toBe(false);
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

  function runPod(appPort: number, ready = true): void {
    api.setPod({
      name: "web-1",
      uid: "uid-1",
      labels: {
        "app.kubernetes.io/name": "web",
        "app.kubernetes.io/instance": "dev-1",
        "app.kubernetes.io/managed-by": "init-pod",
      },
      annotations: { "init-pod.dev/port": "80", "init-pod.dev/local-port": String(localPort) },
      ready,
      appPort,
    });
  }

  async function initPod(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const script = join(import.meta.dirname, "../../../components/dist/cli/main.js");
    const env = { ...process.env, XDG_STATE_HOME: join(folder, ".."), KUBECONFIG: join(folder, "..", "kubeconfig") };
    return await new Promise((resolve) => {
      execFile(process.execPath, [script, ...args], { env }, (error, out, err) =>
        resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
      );
    });
  }

  it("ends with 2 and the usage for an unknown verb", async () => {
    const { code, err } = await initPod("bogus");
    expect(code).toBe(2);
    expect(err).toContain('There is no verb "bogus".');
    expect(err).toContain("Usage: init-pod");
  });

  it("forwards from labels and annotations alone, shows it, and stops it", async () => {
    runPod(await httpApp((_request, response) => response.end("hello")));
    const before = await initPod("status");
    expect(before.out).toContain("(not forwarded here)");
    expect(await initPod("forward")).toMatchObject({ code: 0, out: `web  http://127.0.0.1:${localPort}  answers\n` });
    expect((await ask(localPort)).body).toBe("hello");
    const status = JSON.parse((await initPod("status", "--json")).out) as { forwards: object[]; healthy: boolean };
    expect(status).toMatchObject({ healthy: true, forwards: [{ state: "forwarding", pod: "web-1", name: "web" }] });
    expect((await initPod("stop", "web")).out).toBe(`Stopped http://127.0.0.1:${localPort} (default/web).\n`);
    expect(existsSync(folder)).toBe(false);
    await expect(ask(localPort)).rejects.toThrow("ECONNREFUSED");
  });

  it("forwards to a Pod that is not Ready, where the URL says what it does", async () => {
    runPod(1, false);
    expect((await initPod("forward")).out).toContain("waits for its Pod");
    expect((await ask(localPort)).headers["x-init-pod"]).toBe("waiting");
  });

  it("says that a killed daemon is down, and revives it", async () => {
    runPod(await httpApp((_request, response) => response.end("hello")));
    await initPod("forward");
    process.kill(liveDaemon(folder)?.pid ?? 0, "SIGKILL");
    await until(() => liveDaemon(folder) === undefined);
    const { code, out } = await initPod("status");
    expect(code).toBe(3);
    expect(out).toContain("not running");
    expect(out).toContain("init-pod forward");
    expect((await initPod("forward")).code).toBe(0);
    expect((await ask(localPort)).body).toBe("hello");
  });

  it("ends with 1 for a context that does not exist", async () => {
    const { code, err } = await initPod("forward", "--context", "bogus");
    expect(code).toBe(1);
    expect(err).toContain('No context "bogus"');
  });

  it("has no colours in a pipe", async () => {
    runPod(1);
    expect((await initPod("status")).out).not.toContain("\u001b[");
  });
});
