import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, type Process, thisProcess } from "./processes.ts";

interface Owner extends Process {
  what: string;
}

const pollMs = 100;
/** Often enough that a CI log shows life. */
const sayMs = 15_000;

/**
 * Runs the work while no other sandbox command of this machine does. A lock whose owner is gone is taken over, so no
 * kill -9 can leave one behind.
 */
export async function withLock<T>(
  folder: string,
  what: string,
  report: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "lock");
  const mine = join(folder, `lock.${process.pid}`);
  writeFileSync(mine, JSON.stringify({ ...thisProcess(), what } satisfies Owner));
  try {
    let said = 0;
    while (!take(mine, file)) {
      const owner = readOwner(file);
      if (owner !== undefined && isAlive(owner)) {
        if (Date.now() - said >= sayMs) {
          report(`waiting for "${owner.what}" of process ${owner.pid} to end`);
          said = Date.now();
        }
        await sleep(pollMs);
      } else if (owner !== undefined) {
        removeStale(file, owner);
      }
    }
    try {
      return await work();
    } finally {
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** A hard link makes the lock appear together with its content, so nobody ever reads a half-written owner. */
function take(mine: string, file: string): boolean {
  try {
    linkSync(mine, file);
    return true;
  } catch {
    return false;
  }
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Owner;
  } catch {
    return undefined;
  }
}

/** Two waiters may find the same stale lock: only the one that moves that very lock away may go on. */
function removeStale(file: string, stale: Owner): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const moved = readOwner(aside);
  const moveBack = moved !== undefined && (moved.pid !== stale.pid || moved.startTime !== stale.startTime);
  if (moveBack) take(aside, file);
  rmSync(aside, { force: true });
}
