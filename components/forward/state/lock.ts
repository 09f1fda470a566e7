import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isAlive, type ProcessIdentity } from "./processIdentity";
import { writeAtomic } from "./stateFolder";
import { compareVersions } from "./version";

/** The file that says which process is the daemon of this user. */
export interface DaemonLock extends ProcessIdentity {
  version: string;
  /** Whether it answers whoever asks whether it does its work. */
  takesQuestions?: boolean;
}

const fileName = "daemon.json";

/** The daemon that lives, if any. */
export function liveDaemon(folder: string): DaemonLock | undefined {
  const lock = readLock(folder);
  return lock !== undefined && isAlive(lock) ? lock : undefined;
}

/**
 * Makes `own` the daemon, unless one of the same or a later version lives. An older one sees that it lost the lock and
 * gives way, and so does the loser where two start at the same moment: what the file says last, holds.
 */
export function takeLock(folder: string, own: DaemonLock): boolean {
  const live = liveDaemon(folder);
  if (live !== undefined && live.pid !== own.pid && compareVersions(live.version, own.version) >= 0) return false;
  writeAtomic(join(folder, fileName), JSON.stringify(own) + "\n", { durable: false });
  return true;
}

/** Whether `own` still is the daemon. */
export function holdsLock(folder: string, own: DaemonLock): boolean {
  const lock = readLock(folder);
  return lock?.pid === own.pid && lock.started === own.started;
}

/** Ends being the daemon. */
export function releaseLock(folder: string, own: DaemonLock): void {
  if (holdsLock(folder, own)) removeLock(folder);
}

/** Takes the lock file of a dead daemon away. */
export function removeLock(folder: string): void {
  rmSync(join(folder, fileName), { force: true });
}

function readLock(folder: string): DaemonLock | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, fileName), "utf8")) as DaemonLock;
  } catch {
    return undefined;
  }
}
