import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { kubectl } from "./stack.ts";

interface Kubeconfig {
  clusters: { cluster: { server: string } }[];
}

/** The kubeconfig of the cluster under test, as data. */
export async function adminConfig<T>(): Promise<T> {
  return JSON.parse(await kubectl(["config", "view", "--raw", "--minify", "--flatten", "-o", "json"])) as T;
}

/** The way to the API server, over which connections can be lost. */
export class Link {
  readonly #near = new Set<Socket>();
  readonly #far = new Set<Socket>();
  readonly #server: Server;
  #isCut = false;

  private constructor(host: string, port: number) {
    this.#server = createServer((near) => {
      const far = connect(port, host);
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
        from.on("error", () => to.destroy());
        if (this.#isCut) from.pause();
      }
    });
  }

  /** A way to the cluster under test, and a kubeconfig that takes it. */
  static async open(): Promise<{ link: Link; server: string; kubeconfig: string }> {
    const config = await adminConfig<Kubeconfig>();
    const cluster = config.clusters[0]?.cluster ?? { server: "" };
    const { hostname, port } = new URL(cluster.server);
    const link = new Link(hostname, Number(port || 443));
    await new Promise<void>((resolve) => link.#server.listen(0, "127.0.0.1", resolve));
    cluster.server = `https://127.0.0.1:${(link.#server.address() as AddressInfo).port}`;
    return { link, server: cluster.server, kubeconfig: JSON.stringify(config) };
  }

  /** Passes nothing on for a while and closes nothing, as a network that is cut. */
  async cut(ms: number): Promise<void> {
    const all = (): Socket[] => [...this.#near, ...this.#far];
    this.#isCut = true;
    for (const socket of all()) socket.pause();
    await sleep(ms);
    this.#isCut = false;
    for (const socket of all()) socket.resume();
  }

  /** All connections that stand go on to look so, and lead nowhere, as where a router has forgotten them. */
  lose(): number {
    for (const near of this.#near) near.removeAllListeners("data").removeAllListeners("end").resume();
    for (const far of this.#far)
      far
        .removeAllListeners()
        .on("error", () => undefined)
        .destroy();
    return this.#near.size;
  }

  close(): void {
    for (const socket of [...this.#near, ...this.#far]) socket.destroy();
    this.#server.close();
  }
}
