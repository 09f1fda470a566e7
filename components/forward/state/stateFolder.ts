import {
  chmodSync,
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { errorText } from "../../text";
import { StateFolderError } from "./errors";

/** Where the forwarder of this user keeps what it shall do and what it did. */
export function stateFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform = process.platform,
  home = homedir(),
): string {
  const xdg = env.XDG_STATE_HOME;
  // The XDG specification says to ignore a relative path.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, "init-pod");
  const local = env.LOCALAPPDATA;
  if (platform === "win32" && local) return join(local, "init-pod", "state");
  return join(home, ".local", "state", "init-pod");
}

/**
 * Makes the folder, or checks that nobody else can write into it: what lies there decides which programs (credential
 * plugins of a kubeconfig) the daemon runs.
 * @throws {StateFolderError} where it can't be made or can't be trusted.
 */
export function ensureStateFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (process.getuid === undefined) return; // Windows: the profile folder's access list protects it.
    const { uid, mode } = lstatSync(folder);
    if (uid !== process.getuid()) {
      throw new StateFolderError(
        folder,
        `it belongs to user id ${uid}, not to ${process.getuid()}`,
        `run as that user, or set XDG_STATE_HOME`,
      );
    }
    if ((mode & 0o022) !== 0) {
      throw new StateFolderError(folder, "others can write to it", `look into it, then: chmod 700 '${folder}'`);
    }
    if ((mode & 0o077) !== 0) chmodSync(folder, 0o700);
  } catch (error) {
    throw error instanceof StateFolderError ? error : unusable(folder, error);
  }
}

/**
 * Makes sure that files can be written to the folder. Takes a disk access, so it is for when something is wrong.
 * @throws {StateFolderError} where they can't.
 */
export function assertWritable(folder: string): void {
  const probe = join(folder, `probe.${process.pid}.tmp`);
  try {
    writeFileSync(probe, "x".repeat(probeBytes), { mode: 0o600 });
  } catch (error) {
    throw unusable(folder, error);
  } finally {
    rmSync(probe, { force: true });
  }
}

/** About as much as the files of one forward and its daemon. */
const probeBytes = 16 * 1024;

/** The error to show where the system refuses something in the folder. */
export function unusable(folder: string, error: unknown): StateFolderError {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOSPC":
      return new StateFolderError(folder, "its disk is full", "make space there, or set XDG_STATE_HOME");
    case "EDQUOT":
      return new StateFolderError(folder, "your disk quota is used up", "make space there, or set XDG_STATE_HOME");
    default: {
      const reason = errorText(error);
      return new StateFolderError(folder, reason, "set XDG_STATE_HOME");
    }
  }
}

/**
 * Replaces a file in one step: a reader sees the old content or the new one. `durable`: also after a power cut, for which the
 * disk is waited for.
 */
export function writeAtomic(path: string, content: string, { durable }: { durable: boolean }): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, "w", 0o600);
    try {
      // Unlike one write, it goes on after a short one, which is how a disk that gets full begins to say so.
      writeFileSync(file, content);
      if (durable) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    replaceFile(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** How often to try again, and how long to wait each time, while a virus scanner or an indexer of Windows has the file open. */
const busyTries = 20;
const busyMs = 10;

/** Moves a file over another one. */
export function replaceFile(from: string, to: string, platform = process.platform, rename = renameSync): void {
  for (let tries = 0; ; tries++) {
    try {
      rename(from, to);
      return;
    } catch (error) {
      const isBusy = /^(EPERM|EACCES|EBUSY)$/.test((error as NodeJS.ErrnoException).code ?? "");
      if (platform !== "win32" || !isBusy || tries >= busyTries) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, busyMs);
    }
  }
}
