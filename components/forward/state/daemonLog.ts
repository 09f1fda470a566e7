import { appendFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";

/** Name of the log file in the state folder. */
export const logName = "daemon.log";
const largestBytes = 128 * 1024;

/** A log of bounded size in the state folder: one file and its predecessor. Never throws. */
export function daemonLog(folder: string): (line: string) => void {
  const path = join(folder, logName);
  let size = sizeOf(path);
  return (line) => {
    try {
      // A stack or an answer of a server may be long, and a line is one event.
      const text = `${new Date().toISOString()} ${process.pid} ${line.replace(/\s*\n\s*/g, " | ").slice(0, 2_000)}\n`;
      if (size > largestBytes) {
        renameSync(path, `${path}.old`);
        size = 0;
      }
      appendFileSync(path, text, { mode: 0o600 });
      size += Buffer.byteLength(text);
    } catch {
      // A full disk or a folder that is gone must not end the forwards.
    }
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
