import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export interface Timed {
  code: number | null;
  output: string;
  seconds: number;
}

export interface Measured extends Timed {
  /** Most memory that the command and all its descendants held at one time, in MiB. */
  peakMiB: number;
}

/** A sample reads all processes: 20 of them a second took a third of a core where 100 Pods run. */
const sampleMs = 500;
const pageKiB = 4;

export interface RunOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  boundSeconds?: number;
}

/** As `timed`, and samples the memory of the process tree, which takes time from the command. */
export async function measured(command: string, args: readonly string[], options: RunOptions): Promise<Measured> {
  let peakKiB = 0;
  let sampling: NodeJS.Timeout | undefined;
  const result = await timed(command, args, options, (pid) => {
    sampling = setInterval(() => (peakKiB = Math.max(peakKiB, treeKiB(pid))), sampleMs);
  }).finally(() => clearInterval(sampling));
  return { ...result, peakMiB: Math.round(peakKiB / 1024) };
}

/** Runs a command. It is killed after `boundSeconds`. */
export function timed(
  command: string,
  args: readonly string[],
  options: RunOptions,
  started: (pid: number) => void = () => undefined,
): Promise<Timed> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    if (child.pid !== undefined) started(child.pid);
    const bound = setTimeout(() => child.kill("SIGINT"), (options.boundSeconds ?? 600) * 1000);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    }
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(bound);
      resolve({ code, output, seconds: (performance.now() - start) / 1000 });
    });
  });
}

function treeKiB(root: number): number {
  const children = new Map<number, number[]>();
  const resident = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const pid = Number(name);
      const [, , , parent] = readFileSync(`/proc/${name}/stat`, "utf8")
        .replace(/\(.*\)/s, "x")
        .split(" ");
      const siblings = children.get(Number(parent)) ?? [];
      children.set(Number(parent), [...siblings, pid]);
      resident.set(pid, Number(readFileSync(`/proc/${name}/statm`, "utf8").split(" ")[1]) * pageKiB);
    } catch {
      // It has ended meanwhile.
    }
  }
  const sum = (pid: number): number =>
    (resident.get(pid) ?? 0) + (children.get(pid) ?? []).reduce((total, child) => total + sum(child), 0);
  return sum(root);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
