import { delay } from "../../time";
import { daemonResponds, isAlive, liveDaemon } from "../state";

/** For the system to take a killed process away. */
const endMs = 2_000;
const pollMs = 10;

/** Ends a daemon that lives and does nothing. The next one takes over what it left. Resolves with its process id. */
export async function endHungDaemon(folder: string): Promise<number | undefined> {
  const daemon = liveDaemon(folder);
  if (daemon === undefined || (await daemonResponds(folder)) !== false) return undefined;
  try {
    // One that is stopped takes no other signal.
    process.kill(daemon.pid, "SIGKILL");
  } catch {
    return undefined;
  }
  const startedAt = performance.now();
  while (isAlive(daemon) && performance.now() - startedAt < endMs) await delay(pollMs);
  return daemon.pid;
}
