import { readFileSync } from "node:fs";
import { type RunTool, runTool } from "./systemTool";

/** A process, told from a later one that got the same id. */
export interface ProcessIdentity {
  pid: number;
  /** What the system says of its start: opaque, only ever compared. `""` where it says nothing. */
  started: string;
}

/** This process. */
export function ownIdentity(platform = process.platform, run = runTool): ProcessIdentity {
  return { pid: process.pid, started: startOf(process.pid, platform, run) ?? "" };
}

/** Whether that very process lives. */
export function isAlive({ pid, started }: ProcessIdentity, platform = process.platform, run = runTool): boolean {
  return exists(pid) && (startOf(pid, platform, run) ?? "") === started;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    starts.delete(pid);
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Starts of processes that were there at each look since: asking the system takes up to half a second. */
const starts = new Map<number, string>();

/** `undefined` where no process has that id. */
function startOf(pid: number, platform: NodeJS.Platform, run: RunTool): string | undefined {
  try {
    if (platform === "linux") return startOnLinux(readFileSync(`/proc/${pid}/stat`, "utf8"));
    const start = starts.get(pid) ?? (platform === "win32" ? startOnWindows(pid, run) : startByPs(pid, run));
    if (start === "") return undefined;
    starts.set(pid, start);
    return start;
  } catch {
    return undefined;
  }
}

/** Start time in clock ticks from `/proc/PID/stat`; a dead process that its parent has not reaped counts as none. */
export function startOnLinux(stat: string): string | undefined {
  // The second field is the program's name in parentheses, which may itself hold blanks and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
}

function startByPs(pid: number, run: RunTool): string {
  return run("ps", ["-o", "lstart=", "-p", String(pid)]);
}

/** Windows gives process ids out again soon, also to another node: the name alone would tell nothing. */
function startOnWindows(pid: number, run: RunTool): string {
  const script = `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`;
  return run("powershell", ["-NoProfile", "-NonInteractive", "-Command", script]);
}
