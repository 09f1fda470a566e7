import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, type Process, startTimeOf } from "../machine/processes.ts";
import type { Paths } from "../paths.ts";
import type { Part, PartName } from "./parts.ts";
import { running } from "./running.ts";

const shownLogLines = 5;

/** Starts parts that don't run yet and keeps an eye on all that should. */
export interface Launcher {
  launch(part: Part): void;
  process(name: PartName): Process | undefined;
  /** A part that has ended by itself, with the end of its log: waiting on would only hide it. */
  dead: () => string | undefined;
}

export function createLauncher(paths: Paths, env: NodeJS.ProcessEnv): Launcher {
  const known = new Map<PartName, Process>(running(paths.cache).parts);
  return {
    launch(part) {
      if (!known.has(part.name)) known.set(part.name, start(part, logOf(paths, part.name), env));
    },
    process: (name) => known.get(name),
    dead: () => {
      for (const [name, process] of known) {
        if (isAlive(process)) continue;
        const log = logOf(paths, name);
        const tail = existsSync(log)
          ? readFileSync(log, "utf8").trim().split("\n").slice(-shownLogLines).join("\n")
          : "";
        return `${name} ended by itself, see ${log}\n${tail}`;
      }
      return undefined;
    },
  };
}

function logOf(paths: Paths, name: PartName): string {
  return join(paths.logs, `${name}.log`);
}

function start(part: Part, log: string, env: NodeJS.ProcessEnv): Process {
  // One old log is kept, so that they don't grow for ever and the reason of the last end can be read.
  if (existsSync(log)) renameSync(log, `${log}.1`);
  const output = openSync(log, "a", 0o600);
  const child = spawn(part.command, part.args, { cwd: "/", env, detached: true, stdio: ["ignore", output, output] });
  child.on("error", (error) => writeFileSync(log, `${error.message}\n`, { flag: "a" }));
  child.unref();
  closeSync(output);
  const pid = child.pid ?? 0;
  return { pid, startTime: startTimeOf(pid) ?? "" };
}
