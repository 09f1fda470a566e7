import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export interface Process {
  pid: number;
  /** Clock ticks after boot: with the pid it names a process for good, as pids are used again. */
  startTime: string;
}

export interface Found extends Process {
  /** The executable's path as the kernel knows it. */
  executable: string;
  args: string[];
}

/** State letter and start time; a zombie counts as gone, as PID 1 may reap late. */
export function startTimeOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field is the name in brackets, which may hold spaces and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
}

export function isAlive(process: Process): boolean {
  return startTimeOf(process.pid) === process.startTime;
}

export function thisProcess(): Process {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? "" };
}

function allPids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/**
 * Live processes whose executable lies below the folder. Asked of the kernel each time instead of pid files: there is
 * nothing that could be stale after a kill -9 or a reboot, and no foreign process with a reused pid is ever met.
 */
export function processesBelow(folder: string): Found[] {
  const found: Found[] = [];
  for (const pid of allPids()) {
    const executable = executableOf(pid);
    if (executable?.startsWith(`${folder}/`) !== true) continue;
    const startTime = startTimeOf(pid);
    if (startTime === undefined) continue;
    const args = (read(`/proc/${pid}/cmdline`) ?? "").split("\0").slice(0, -1);
    found.push({ pid, startTime, executable, args });
  }
  return found;
}

/** Processes that run in a container whose root is an overlay with its files below the folder. */
export function containerProcesses(folder: string): Process[] {
  const found: Process[] = [];
  for (const pid of allPids()) {
    const root = read(`/proc/${pid}/mountinfo`)
      ?.split("\n")
      .find((line) => line.split(" ")[4] === "/");
    if (root === undefined || !unescapeMount(root).includes(`upperdir=${folder}/`)) continue;
    const startTime = startTimeOf(pid);
    if (startTime !== undefined) found.push({ pid, startTime });
  }
  return found;
}

/** The kernel writes a space and the like in mountinfo as an octal number. */
export function unescapeMount(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

/** When a process started, from its ticks after boot (100 a second on every Linux that Node.js supports). */
export function startedAt(process: Process): Date {
  const uptimeSeconds = Number(read("/proc/uptime")?.split(" ")[0] ?? 0);
  return new Date(Date.now() - (uptimeSeconds - Number(process.startTime) / 100) * 1000);
}

/** Asks, then forces, and returns when they are gone. */
export async function end(processes: readonly Process[], graceMs: number): Promise<void> {
  let left = processes.filter(isAlive);
  if (graceMs > 0) {
    signal(left, "SIGTERM");
    left = await untilGone(left, graceMs);
  }
  signal(left, "SIGKILL");
  await untilGone(left, forceMs);
}

const forceMs = 5000;

async function untilGone(processes: readonly Process[], timeoutMs: number): Promise<Process[]> {
  const deadline = Date.now() + timeoutMs;
  let left = processes.filter(isAlive);
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(20);
    left = left.filter(isAlive);
  }
  return left;
}

function signal(processes: readonly Process[], name: NodeJS.Signals): void {
  for (const one of processes.filter(isAlive)) {
    try {
      process.kill(one.pid, name);
    } catch {
      // It ended between the look and the signal, which is what was wanted.
    }
  }
}

function executableOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "");
  } catch {
    return undefined;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
