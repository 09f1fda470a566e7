import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { builtFile } from "../state";
import { daemonEnvironment } from "./environment";
import { NoNodeError } from "./errors";

/**
 * A daemon that runs for days has no use for the memory that Node takes to be faster: the buffers of a download are free
 * as soon as they are written, and would pile up until a young generation of its usual size is full. On a machine with
 * much memory, the old one may grow far, too, before anything is collected. Measured after a load and a download of
 * 256 MiB: 185 MiB with neither, 113 without the limit, 99 with all three, at the same throughput.
 */
const lean = { flags: ["--max-semi-space-size=1", "--max-old-space-size=256"], env: { MALLOC_ARENA_MAX: "1" } };

/** Starts the daemon, which outlives this process and its terminal. It ends by itself where one runs already. */
export function spawnDaemon(env: NodeJS.ProcessEnv = process.env): void {
  const child = spawn(nodeExecutable(env), [...lean.flags, builtFile("forward/daemon/main.js")], {
    // Any open pipe would make `pulumi up` wait for the daemon's end; a working directory would keep a volume busy.
    stdio: "ignore",
    detached: true,
    cwd: process.platform === "win32" ? undefined : "/",
    windowsHide: true,
    env: { ...daemonEnvironment(env), ...lean.env },
  });
  // The caller sees that nothing listens, with a better error than this one.
  child.on("error", () => undefined);
  child.unref();
}

/**
 * A node to run the daemon with.
 * @throws {NoNodeError} where there is none.
 */
export function nodeExecutable(env: NodeJS.ProcessEnv): string {
  const versions: Record<string, string | undefined> = process.versions;
  const isNode = /^node(\.exe)?$/i.test(basename(process.execPath));
  // A version manager may have removed the running one meanwhile.
  if (isNode && !versions.bun && !versions.electron && existsSync(process.execPath)) return process.execPath;
  const name = process.platform === "win32" ? "node.exe" : "node";
  for (const folder of (env.PATH ?? env.Path ?? "").split(delimiter).filter(Boolean)) {
    const candidate = join(folder, name);
    if (isExecutable(candidate)) return candidate;
  }
  throw new NoNodeError();
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
