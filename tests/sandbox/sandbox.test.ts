import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mustRun, run } from "../integration/support/run.ts";
import { kubectl, repo } from "../integration/support/stack.ts";

interface Status {
  running: boolean;
  parts: { name: string; state: string; pid?: number }[];
}

const sandbox = (...args: string[]) => run(process.execPath, [join(repo, "sandbox/main.ts"), ...args]);

async function status(): Promise<Status> {
  return JSON.parse((await sandbox("status", "--json")).stdout) as Status;
}

function pidsOf({ parts }: Status): number[] {
  return parts.flatMap(({ pid }) => pid ?? []);
}

test("a sandbox of another cache folder is refused in one line that names what holds the machine and what to do", async () => {
  const folder = mkdtempSync(join(tmpdir(), "init-pod-other-"));
  try {
    const env = { ...process.env, XDG_CACHE_HOME: folder };
    const { code, output } = await run(process.execPath, [join(repo, "sandbox/main.ts"), "up"], { env });
    expect(code).toBe(1);
    expect(output.trim().split("\n")).toHaveLength(1);
    expect(output).toMatch(/Another sandbox runs .* its files in \/.*npm run sandbox -- down/);
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a second `up` of a running sandbox changes nothing", async () => {
  const before = pidsOf(await status());
  const { code } = await sandbox("up");
  expect(code).toBe(0);
  expect(pidsOf(await status())).toEqual(before);
});

const namespace = `test-killed-${process.pid}`;

test("after a kill -9 of every process, with its mounts and interfaces left, it comes up and runs Pods", async () => {
  await kubectl(["create", "namespace", namespace]);
  await kubectl(["run", "left", "-n", namespace, "--image=sandbox.local/nginx-unprivileged:1"]);
  await kubectl(["wait", "-n", namespace, "--for=condition=Ready", "pod/left", "--timeout=60s"]);
  const before = pidsOf(await status());
  expect(before.length).toBeGreaterThan(6);
  for (const pid of before) process.kill(pid, "SIGKILL");
  expect((await status()).running).toBe(false);

  const { code, output } = await sandbox("up");
  expect(code, output).toBe(0);

  const after = await status();
  expect(after.running).toBe(true);
  expect(pidsOf(after)).toHaveLength(before.length);
  expect(pidsOf(after).filter((pid) => before.includes(pid))).toEqual([]);
  await run("kubectl", ["create", "namespace", namespace]);
  await kubectl(["run", "again", "-n", namespace, "--image=sandbox.local/nginx-unprivileged:1"]);
  await kubectl(["wait", "-n", namespace, "--for=condition=Ready", "pod/again", "--timeout=60s"]);
  await kubectl(["delete", "namespace", namespace, "--wait=false"]);
});

test("`env` prints variables that a shell can take", async () => {
  const { stdout } = await sandbox("env");
  const { stdout: found } = await mustRun("sh", ["-c", `${stdout}\ncommand -v pulumi kubectl && kubectl get nodes`]);
  expect(found).toContain("sandbox");
  expect(found).toMatch(/\bReady\b/);
});
