import { rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { delay } from "../../time";
import {
  daemonLog,
  ensureStateFolder,
  fileNames,
  holdsLock,
  listDesired,
  logName,
  ownIdentity,
  packageVersion,
  releaseLock,
  stateFolder,
  takeLock,
} from "../state";
import { Daemon } from "./daemon";

/** Two daemons that start at once both write the lock: after this time it stands who was last. */
const settleMs = 30;

async function main(): Promise<void> {
  process.umask(0o077);
  process.title = "init-pod-forward";
  const folder = stateFolder();
  ensureStateFolder(folder);
  const log = daemonLog(folder);
  // One broken connection must never take the others with it.
  process.on("uncaughtException", (error) => log(`unexpected: ${error.stack ?? String(error)}`));
  process.on("unhandledRejection", (error) =>
    log(`unexpected: ${String((error as Error | undefined)?.stack ?? error)}`),
  );
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop.abort());
  // The terminal that `up` ran in may close.
  process.on("SIGHUP", () => undefined);

  const lock = { ...ownIdentity(), version: packageVersion(), takesQuestions: true };
  if (!takeLock(folder, lock)) return;
  await delay(settleMs);
  if (!holdsLock(folder, lock)) return;
  log(`daemon ${lock.version} starts`);
  await new Daemon(folder, lock, log).run(stop.signal);
  if (!holdsLock(folder, lock)) return;
  releaseLock(folder, lock);
  if (listDesired(folder).length === 0) removeRest(folder);
  else log("daemon ends");
}

/** After the last forward nothing is left behind. */
function removeRest(folder: string): void {
  for (const name of fileNames(folder)) {
    if (name.startsWith(logName) || /\.(tmp|question)$/.test(name)) rmSync(join(folder, name), { force: true });
  }
  try {
    rmdirSync(folder);
  } catch {
    // An `up` has just put a new file into it.
  }
}

main().then(
  () => process.exit(0),
  () => process.exit(1),
);
