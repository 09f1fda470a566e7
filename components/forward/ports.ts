import { createServer } from "node:net";
import { forwardKey, listDesired, type ForwardOwner, type StoredForward } from "./desired";
import { PortInUseError } from "./errors";
import { listenAddress } from "./listener";
import { liveDaemon } from "./lock";
import { portOwner } from "./portOwner";
import { readRecord } from "./record";
import { stateFolder } from "./stateFolder";

/** Below NodePorts, and below the ports that Linux gives to outgoing connections. */
const lowest = 20_000;
const highest = 29_999;

/** Ports given out by this process whose forwards don't stand in a file yet: InitPods of one stack choose side by side. */
const claims = new Map<number, string>();

/** Whoever claims a port already, by port: forwards of this user, except those of `keys`. */
function claimed(folder: string, keys: readonly string[]): Map<number, string> {
  const ports = new Map<number, string>();
  for (const [port, owner] of claims) if (!keys.includes(owner)) ports.set(port, "another InitPod of this stack");
  for (const { key: other, forward } of listDesired(folder)) {
    if (!keys.includes(other))
      ports.set(forward.localPort, `the forward of InitPod "${forward.name}" (init-pod status)`);
  }
  return ports;
}

/** `wanted`, or the next port up of 20000 to 29999 that no other forward of this user claims and nothing listens on. */
export async function choosePort(wanted: number, owner: ForwardOwner, folder = stateFolder()): Promise<number> {
  const key = forwardKey(owner);
  const count = highest - lowest + 1;
  for (let step = 0; step < count; step++) {
    const port = step === 0 ? wanted : lowest + ((((wanted - lowest + step) % count) + count) % count);
    if (claimed(folder, [key]).has(port)) continue;
    // Claimed before the check, which lets others of this process run.
    claims.set(port, key);
    if (isOurs(folder, key, port) || (await isFree(port))) return port;
    claims.delete(port);
  }
  throw new PortInUseError(wanted, "another program, as are all others of 20000–29999");
}

/**
 * Makes sure that `port` can be the forward's.
 * @throws {PortInUseError} where it is another forward's, or something else listens there.
 */
export async function assertPortFree(port: number, owner: ForwardOwner, folder = stateFolder()): Promise<void> {
  assertUnclaimed(port, owner, folder);
  if (isOurs(folder, forwardKey(owner), port) || (await isFree(port))) return;
  throw new PortInUseError(port, portOwner(port));
}

/**
 * Claims `port` for a forward, which may take it over from those that it replaces.
 * @throws {PortInUseError} where another forward of this user has it.
 */
export function assertUnclaimed(
  port: number,
  owner: ForwardOwner,
  folder = stateFolder(),
  replaced: readonly StoredForward[] = [],
): void {
  const key = forwardKey(owner);
  const other = claimed(folder, [key, ...replaced.map((stored) => stored.key)]).get(port);
  if (other !== undefined) throw new PortInUseError(port, other);
  claims.set(port, key);
}

/** Lets go of what this process claimed for a forward that is no more. */
export function unclaim(key: string): void {
  for (const [port, owner] of claims) if (owner === key) claims.delete(port);
}

/** Whether the daemon listens there for this very forward. */
function isOurs(folder: string, key: string, port: number): boolean {
  const record = readRecord(folder, key);
  return record?.localPort === port && record.listening && liveDaemon(folder)?.pid === record.pid;
}

/** Whether a server could listen on the port now. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE"));
    server.listen({ port, host: listenAddress, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
