import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { listenAddress } from "../../contract";
import { forwardKey, type ForwardOwner, listDesired, liveDaemon, readRecord, stateFolder } from "../state";
import { PortInUseError } from "./errors";
import { portOwner } from "./portOwner";

/** Below NodePorts, and below the ports that Linux gives to outgoing connections. */
const lowest = 20_000;
const highest = 29_999;

/** The port of 20000 to 29999 that a forward tries first, so that two rarely try the same one. */
export function portOf({ id }: ForwardOwner): number {
  return lowest + (createHash("sha256").update(id).digest().readUInt32BE() % (highest - lowest + 1));
}

/**
 * The local ports of the InitPods of one deployment, which choose side by side while their ports stand in no file yet. A
 * drawn one is not firm: the stack may have kept another port from an earlier `up`, so it only keeps others from drawing it.
 */
export class PortClaims {
  readonly #claims = new Map<number, { key: string; firm: boolean }>();

  constructor(private readonly folder = stateFolder()) {}

  /** `wanted`, or the next port up of 20000 to 29999 that no other forward of this user claims and nothing listens on. */
  async choose(wanted: number, owner: ForwardOwner): Promise<number> {
    const key = forwardKey(owner);
    const count = highest - lowest + 1;
    for (let step = 0; step < count; step++) {
      const port = step === 0 ? wanted : lowest + ((((wanted - lowest + step) % count) + count) % count);
      const claim = this.#claims.get(port);
      if ((claim !== undefined && claim.key !== key) || forwarded(this.folder, key, port) !== undefined) continue;
      // Claimed before the check, which lets others of this process run.
      this.#claims.set(port, claim ?? { key, firm: false });
      if (isOurs(this.folder, key, port) || (await isFree(port))) return port;
      this.#claims.delete(port);
    }
    throw new PortInUseError(wanted, "another program, as are all others of 20000–29999");
  }

  /**
   * Makes sure that `port` can be the forward's.
   * @throws {PortInUseError} where it is another forward's, or something else listens there.
   */
  async assertFree(port: number, owner: ForwardOwner): Promise<void> {
    assertUnclaimed(port, owner, this.folder);
    const key = forwardKey(owner);
    const claim = this.#claims.get(port);
    if (claim?.firm && claim.key !== key) throw new PortInUseError(port, "another InitPod of this stack");
    this.#claims.set(port, { key, firm: true });
    if (isOurs(this.folder, key, port) || (await isFree(port))) return;
    throw new PortInUseError(port, portOwner(port));
  }
}

/**
 * Makes sure that no other forward of this user has `port`.
 * @throws {PortInUseError} where one has.
 */
export function assertUnclaimed(port: number, owner: ForwardOwner, folder = stateFolder()): void {
  const other = forwarded(folder, forwardKey(owner), port);
  if (other !== undefined) throw new PortInUseError(port, other);
}

/** Whose forward, but for the one of `key`, has a port by the desired state of this user. */
function forwarded(folder: string, key: string, port: number): string | undefined {
  const other = listDesired(folder).find((stored) => stored.forward.localPort === port && stored.key !== key);
  return other && `the forward of InitPod "${other.forward.name}" (npx init-pod status)`;
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
