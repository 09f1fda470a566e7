import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileNames, forwardKey, type ForwardOwner, readDesired } from "./desired";
import { isAlive, ownIdentity, type ProcessIdentity } from "./processIdentity";
import { stateFolder, writeAtomic } from "./stateFolder";

const suffix = ".hold.json";
/** A process that drives many stacks lives on after an update that failed and so released nothing. */
const longestMs = 60 * 60_000;
/** How often this process holds each: its file goes with the last release. */
const holds = new Map<string, number>();

/**
 * Says that this process works on the InitPod, so that the daemon keeps the forward though the Pod may be gone for a
 * while. Ends with the returned function, with the process, or after an hour. Does nothing where nothing is forwarded.
 */
export function holdForward(owner: ForwardOwner, folder = stateFolder()): () => void {
  const key = forwardKey(owner);
  const path = join(folder, `${key}.${process.pid}${suffix}`);
  try {
    if (readDesired(folder, key) === undefined) return () => undefined;
    writeAtomic(path, JSON.stringify(ownIdentity()) + "\n", { durable: false });
  } catch {
    // It only bridges a gap: an `up` must not fail for it.
  }
  holds.set(path, (holds.get(path) ?? 0) + 1);
  let released = false;
  return () => {
    if (released) return;
    released = true;
    const left = (holds.get(path) ?? 1) - 1;
    holds.set(path, left);
    if (left === 0) rmSync(path, { force: true });
  };
}

/** Whether a living process holds the forward. Marks of dead ones, and very old ones, are taken away. */
export function isHeld(folder: string, key: string, nowMs = Date.now()): boolean {
  let held = false;
  for (const name of fileNames(folder)) {
    if (!name.startsWith(`${key}.`) || !name.endsWith(suffix)) continue;
    const path = join(folder, name);
    try {
      const isRecent = nowMs - statSync(path).mtimeMs < longestMs;
      if (isRecent && isAlive(JSON.parse(readFileSync(path, "utf8")) as ProcessIdentity)) held = true;
      else rmSync(path, { force: true });
    } catch {
      rmSync(path, { force: true });
    }
  }
  return held;
}
