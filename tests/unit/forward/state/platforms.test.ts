import { spawn } from "node:child_process";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { daemonEnvironment } from "../../../../components/forward/client/environment.ts";
import { portOwner } from "../../../../components/forward/client/portOwner.ts";
import { isAlive, ownIdentity } from "../../../../components/forward/state/processIdentity.ts";
import { replaceFile } from "../../../../components/forward/state/stateFolder.ts";
import { type RunTool, runTool } from "../../../../components/forward/state/systemTool.ts";
import { until } from "../helpers";

/** A machine whose programs answer so, by their names. */
function answers(byCommand: Record<string, string>): RunTool & { asked: string[] } {
  const asked: string[] = [];
  const run = (command: string, args: readonly string[]): string => {
    asked.push([command, ...args].join(" "));
    const answer = byCommand[command];
    if (answer === undefined) throw new Error(`spawnSync ${command} ENOENT`);
    return answer;
  };
  return Object.assign(run, { asked });
}

/** A process that lives until the test ends or `kill` is called. */
function livingProcess(): { pid: number; kill: () => void } {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  const kill = () => void child.kill("SIGKILL");
  onTestFinished(kill);
  return { pid: child.pid ?? 0, kill };
}

describe("who listens on a port", () => {
  test("is named on Linux", async () => {
    const server = createServer();
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    expect(portOwner((server.address() as AddressInfo).port)).toMatch(
      new RegExp(`^node.* \\(process ${process.pid}\\)$`),
    );
  });

  test("is named on macOS", () => {
    const run = answers({ lsof: "p4711\ncnginx\nf6" });
    expect(portOwner(20_000, "darwin", run)).toBe("nginx (process 4711)");
    expect(run.asked[0]).toContain("-iTCP:20000");
  });

  test("is named on Windows, whatever its language", () => {
    const netstat = [
      "Aktive Verbindungen",
      "",
      "  Proto  Lokale Adresse         Remoteadresse          Status           PID",
      "  TCP    127.0.0.1:20000        127.0.0.1:61234        HERGESTELLT      9",
      "  TCP    127.0.0.1:20000        0.0.0.0:0              ABHÖREN          4711",
    ].join("\r\n");
    const tasklist = '"nginx.exe","4711","Console","1","9.012 K"';
    expect(portOwner(20_000, "win32", answers({ netstat, tasklist }))).toBe("nginx.exe (process 4711)");
    expect(portOwner(2_000, "win32", answers({ netstat, tasklist }))).toBeUndefined();
  });

  test.each(["darwin", "win32"] as const)("stays unsaid on %s where nothing can tell", (platform) => {
    expect(portOwner(20_000, platform, answers({}))).toBeUndefined();
  });
});

describe("a process", () => {
  test("is told from a later one with its id", () => {
    expect(isAlive(ownIdentity())).toBe(true);
    expect(isAlive({ ...ownIdentity(), started: "earlier" })).toBe(false);
  });

  test.each([
    ["darwin", "ps", "Tue Nov 24 20:00:00 2026"],
    ["win32", "powershell", "134085888000000000"],
  ] as const)(
    "is known on %s by its start, which is asked for once while it lives",
    async (platform, tool, started) => {
      const { pid, kill } = livingProcess();
      const run = answers({ [tool]: started });
      expect(isAlive({ pid, started }, platform, run)).toBe(true);
      expect(isAlive({ pid, started }, platform, run)).toBe(true);
      expect(isAlive({ pid, started: "earlier" }, platform, run)).toBe(false);
      expect(run.asked).toHaveLength(1);
      expect(run.asked[0]).toContain(String(pid));
      kill();
      await until(() => !isAlive({ pid, started }, platform, run));
    },
  );

  test("that was started by nobody knows when counts as alive as long as its id is taken", async () => {
    const { pid, kill } = livingProcess();
    expect(isAlive({ pid, started: "" }, "win32", answers({}))).toBe(true);
    kill();
    await until(() => !isAlive({ pid, started: "" }, "win32", answers({})));
  });
});

test("gives the daemon the PATH of Windows, whatever the case of its name", () => {
  const env = { Path: "C:\\Windows", SYSTEMROOT: "C:\\Windows", AWS_SECRET_ACCESS_KEY: "secret" };
  expect(daemonEnvironment(env)).toEqual({ Path: "C:\\Windows", SYSTEMROOT: "C:\\Windows" });
});

describe("replacing a file", () => {
  function busy(times: number): { rename: () => void; tries: () => number } {
    let tries = 0;
    const rename = (): void => {
      if (++tries <= times) throw Object.assign(new Error("busy"), { code: "EPERM" });
    };
    return { rename, tries: () => tries };
  }

  test("waits on Windows while another program has the file open", () => {
    const { rename, tries } = busy(3);
    replaceFile("a", "b", "win32", rename);
    expect(tries()).toBe(4);
  });

  test("gives up after a while, and elsewhere at once", () => {
    expect(() => replaceFile("a", "b", "win32", busy(1_000).rename)).toThrow("busy");
    const { rename, tries } = busy(1_000);
    expect(() => replaceFile("a", "b", "linux", rename)).toThrow("busy");
    expect(tries()).toBe(1);
  });
});

test("hears from a program of the system in English and UTC", () => {
  expect(runTool(process.execPath, ["-p", "process.env.LC_ALL + ' ' + process.env.TZ"])).toBe("C UTC");
});
