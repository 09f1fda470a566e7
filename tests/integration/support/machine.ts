import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Whether something listens on a port of 127.0.0.1. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

export interface RunningProcess {
  pid: number;
  arguments: string[];
  environment: Record<string, string>;
}

/** The processes of this machine whose environment has a variable with this value. */
export function processesWith(variable: string, value: string): RunningProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        readlinkSync(`/proc/${name}/exe`); // fails for a zombie
        const environment = Object.fromEntries(
          zeroSeparated(`/proc/${name}/environ`).map((entry) => entry.split(/=(.*)/s) as [string, string]),
        );
        if (environment[variable] !== value) return [];
        return [{ pid: Number(name), arguments: zeroSeparated(`/proc/${name}/cmdline`), environment }];
      } catch {
        return [];
      }
    });
}

/** The forward daemon that serves a state folder. */
export function daemonOf(stateHome: string): RunningProcess | undefined {
  return processesWith("XDG_STATE_HOME", stateHome).find(({ arguments: words }) =>
    words.some((word) => word.includes("init-pod-forward")),
  );
}

/** All files below a folder. */
export function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}

/** Waits until `condition` holds; says whether it did in time. */
export async function eventually(condition: () => Promise<boolean> | boolean, seconds: number): Promise<boolean> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    if (await condition()) return true;
    await sleep(100);
  }
  return await condition();
}

export function zeroSeparated(file: string): string[] {
  return readFileSync(file, "utf8").split("\0").filter(Boolean);
}
