import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createApt } from "../../../sandbox/machine/apt.ts";
import { type Finished, mustRun, run, type RunOptions } from "./run.ts";

/** What a command and all that it starts asked of the kernel, with what differs from run to run left out. */
export interface Traced {
  finished: Finished;
  /** Programs that were started, each with its arguments. */
  started: string[];
  /** Sockets that were listened on. */
  listening: number;
  /** Files and folders that were made, written to, renamed or removed. */
  written: string[];
}

const calls = [
  "execve,execveat,listen,open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat,rename,renameat,renameat2,unlink,unlinkat",
  "rmdir,link,linkat,symlink,symlinkat,truncate,ftruncate",
].join(",");

/** Runs a command under strace. */
export async function traced(command: string, args: readonly string[], options: RunOptions): Promise<Traced> {
  const folder = mkdtempSync(join(tmpdir(), "init-pod-traced-"));
  try {
    const traces = join(folder, "traces");
    mkdirSync(traces);
    // A file for each thread: in one for all, calls would be torn apart.
    const flags = ["-ff", "--seccomp-bpf", "-qqq", "-s", "1024", "-e", "signal=none", "-e", `trace=${calls}`];
    const words = [...flags, "-o", join(traces, "of"), command, ...args];
    const strace = await straceIn(folder);
    const finished = await run(strace.path, words, { ...options, env: { ...options.env, ...strace.env } });
    const lines = readdirSync(traces).flatMap((name) => readFileSync(join(traces, name), "utf8").split("\n"));
    // What failed has done nothing.
    const done = lines.filter((line) => /\) += \d+/.test(line)).map(steady);
    return {
      finished,
      started: done.filter((line) => line.startsWith("execve")),
      listening: done.filter((line) => line.startsWith("listen(")).length,
      written: done.filter(isWrite),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function straceIn(folder: string): Promise<{ path: string; env: NodeJS.ProcessEnv }> {
  const found = (process.env.PATH ?? "").split(delimiter).map((place) => join(place, "strace"));
  for (const path of found)
    if ((await run(path, ["--version"]).catch(() => undefined))?.code === 0) return { path, env: {} };
  const unpacked = join(folder, "strace");
  await createApt(join(folder, "downloads"), () => undefined).unpackMissing(["strace"], unpacked);
  const { stdout } = await mustRun("find", [join(unpacked, "usr/lib"), "-name", "*.so*", "-printf", "%h:"]);
  return { path: join(unpacked, "usr/bin/strace"), env: { LD_LIBRARY_PATH: stdout } };
}

/** Without numbers: ports, processes, descriptors, times. */
function steady(line: string): string {
  return (
    line
      .replace(/\) += .*$/, ")")
      // Where the environment lies.
      .replace(/, 0x[0-9a-f]+ \/\* .*$/, ")")
      .replace(/init-pod-stack-\w+/g, "STACK")
      .replace(/\b[0-9a-f]{6,}\b/g, "N")
      .replace(/\d+/g, "N")
  );
}

function isWrite(line: string): boolean {
  if (/^(execve|listen)/.test(line)) return false;
  if (/"\/(dev|proc|sys)\//.test(line)) return false;
  // Of earlier runs of any command: Pulumi removes what has got old, whoever comes next.
  if (/^unlink.*"\/\S*\/logs\/[^/"]*\.log"/.test(line)) return false;
  return !line.startsWith("open") || /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(line);
}
