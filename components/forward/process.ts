import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process, told from a later one that got the same id. */
export interface ProcessIdentity {
  pid: number;
  /** What the system says of its start: opaque, only ever compared. */
  started: string;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, started: startOf(process.pid) ?? "" };
}

/** Whether that very process lives. */
export function isAlive(identity: ProcessIdentity): boolean {
  return startOf(identity.pid) === identity.started;
}

/** `undefined` where no process has that id. */
function startOf(pid: number): string | undefined {
  try {
    switch (process.platform) {
      case "linux":
        return startOnLinux(readFileSync(`/proc/${pid}/stat`, "utf8"));
      case "win32":
        return /^"([^"]+)","\d+"/m.exec(run("tasklist", ["/NH", "/FO", "CSV", "/FI", `PID eq ${pid}`]))?.[1];
      default:
        return run("ps", ["-o", "lstart=", "-p", String(pid)]) || undefined;
    }
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

function run(command: string, args: string[]): string {
  return execFileSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 5_000,
    windowsHide: true,
    env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
  }).trim();
}
