import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A piece of network between a client and a server on this machine, over which connections can be lost. */
export class Link {
  readonly #near = new Set<Socket>();
  readonly #far = new Set<Socket>();
  readonly #server: Server;
  #isCut = false;

  private constructor(to: number) {
    this.#server = createServer((near) => {
      const far = connect(to, "127.0.0.1");
      this.#near.add(near);
      this.#far.add(far);
      near.on("close", () => this.#near.delete(near));
      far.on("close", () => this.#far.delete(far));
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        from.on("data", (chunk) => void to.write(chunk));
        from.on("end", () => to.end());
        // As it is lost: without a goodbye.
        from.on("close", (hadError) => (hadError ? to.resetAndDestroy() : to.destroySoon()));
        from.on("error", () => undefined);
        if (this.#isCut) from.pause();
      }
    });
  }

  static async to(port: number): Promise<Link> {
    const link = new Link(port);
    await new Promise<void>((resolve) => link.#server.listen(0, "127.0.0.1", resolve));
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Passes nothing on for a while and closes nothing, as a network that is cut. */
  async cut(ms: number): Promise<void> {
    this.#isCut = true;
    for (const socket of this.#all) socket.pause();
    await sleep(ms);
    this.#isCut = false;
    for (const socket of this.#all) socket.resume();
  }

  /** All connections that stand go on to look so, and lead nowhere, as where a router has forgotten them. Says how many. */
  lose(): number {
    for (const near of this.#near) near.removeAllListeners("data").removeAllListeners("end").resume();
    for (const far of this.#far)
      far
        .removeAllListeners()
        .on("error", () => undefined)
        .destroy();
    return this.#near.size;
  }

  /** Closes all connections, and listens no more. */
  close(): void {
    for (const socket of this.#all) socket.destroy();
    this.#server.close();
  }

  get #all(): Socket[] {
    return [...this.#near, ...this.#far];
  }
}
