import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually, zeroSeparated } from "./machine.ts";
import { mustRun, run } from "./run.ts";
import { repo } from "./stack.ts";

const sandboxScript = join(repo, "sandbox/main.ts");

/** Why a test of a fault is left out on another cluster. */
export const onlySandbox = "Only the sandbox's own programs are ours to kill.";

/** Process id of a program of the cluster under test; `undefined` where that cluster is not the sandbox. */
export async function sandboxPart(name: "kube-apiserver" | "containerd"): Promise<number | undefined> {
  const { stdout } = await run(process.execPath, [sandboxScript, "status", "--json"]);
  const { kubeconfig, parts } = JSON.parse(stdout) as { kubeconfig: string; parts: { name: string; pid?: number }[] };
  const isSandbox = process.env.KUBECONFIG !== undefined && isSame(kubeconfig, process.env.KUBECONFIG);
  return isSandbox ? parts.find((part) => part.name === name)?.pid : undefined;
}

/** Kills the API server, and has the sandbox start it again after a while. */
export async function restartApiServer(pid: number, awayMs: number): Promise<void> {
  process.kill(pid, "SIGKILL");
  await sleep(awayMs);
  await mustRun(process.execPath, [sandboxScript, "up"]);
}

/**
 * Kills containerd, and starts it again after a while as it was. The sandbox would start all of the cluster anew, and no
 * Pod would live on.
 */
export async function restartContainerd(pid: number, awayMs: number): Promise<void> {
  const [command = "", ...args] = zeroSeparated(`/proc/${pid}/cmdline`);
  const env = Object.fromEntries(
    zeroSeparated(`/proc/${pid}/environ`).map((entry) => entry.split(/=(.*)/s) as [string, string]),
  );
  const log = openSync(readlinkSync(`/proc/${pid}/fd/1`), "a");
  process.kill(pid, "SIGKILL");
  if (!(await eventually(() => isGone(pid), 10))) throw new Error(`containerd (process ${pid}) does not end`);
  await sleep(awayMs);
  spawn(command, args, { cwd: "/", env, detached: true, stdio: ["ignore", log, log] }).unref();
  closeSync(log);
}

function isGone(pid: number): boolean {
  try {
    readlinkSync(`/proc/${pid}/exe`); // fails for a zombie too
    return false;
  } catch {
    return true;
  }
}

function isSame(file: string, other: string): boolean {
  return readFileSync(file, "utf8") === readFileSync(other, "utf8");
}
