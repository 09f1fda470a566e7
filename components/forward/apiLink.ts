import type WebSocket from "ws";
import type { ClusterAccess } from "../cluster/access";
import { ClusterClient, type AuthorizedOptions } from "../cluster/client";
import { readTail, type LogSource } from "../cluster/logs";
import { dialPod, type DialTarget } from "./dial";
import { DialError } from "./errors";
import { PodWatch } from "./podWatch";
import { TlsSessions } from "./tlsSessions";

/** Credentials are asked for anew after this, so that a burst of connections reads no file and runs no plugin each. */
const authorizationMs = 5_000;

/** All that the daemon does with one cluster: one client, one watch per namespace, tunnels. */
export class ApiLink {
  readonly #watches = new Map<string, PodWatch>();
  #sessions = new TlsSessions();
  #client: Promise<ClusterClient> | undefined;
  #authorization: { options: Promise<AuthorizedOptions>; until: number } | undefined;

  constructor(
    private readonly access: ClusterAccess,
    private readonly log: (line: string) => void,
  ) {}

  watch(namespace: string): PodWatch {
    let watch = this.#watches.get(namespace);
    if (watch === undefined || watch.isUnused) {
      watch = new PodWatch(() => this.#connect(), namespace, this.log);
      this.#watches.set(namespace, watch);
    }
    return watch;
  }

  /** Opens a tunnel to a port of a Pod. */
  async dial(target: DialTarget): Promise<WebSocket> {
    try {
      return await this.#dial(target);
    } catch (error) {
      if (!(error instanceof DialError) || error.status !== 401) throw error;
      // Expired meanwhile: a client from scratch reads the kubeconfig again.
      this.#forget();
      return await this.#dial(target);
    }
  }

  /** The last lines of a container's log, made harmless. */
  async logTail(source: LogSource): Promise<string[]> {
    return (await readTail(await this.#connect(), source, (text) => text)).lines;
  }

  /** Starts all watches anew, as after a sleep of the machine. */
  restart(): void {
    for (const watch of this.#watches.values()) watch.restart();
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.close();
    this.#forget();
  }

  async #dial(target: DialTarget): Promise<WebSocket> {
    const client = await this.#connect();
    const authorized = await this.#authorize(client);
    const isProxied = authorized.agent !== undefined || !client.server.startsWith("https:");
    const createConnection = isProxied ? undefined : (this.#sessions.connect as typeof authorized.createConnection);
    return await dialPod(client.server, target, { ...authorized, createConnection });
  }

  async #authorize(client: ClusterClient): Promise<AuthorizedOptions> {
    const now = performance.now();
    if (this.#authorization === undefined || this.#authorization.until < now) {
      const options = client.authorize();
      options.catch(() => (this.#authorization = undefined));
      this.#authorization = { options, until: now + authorizationMs };
    }
    return await this.#authorization.options;
  }

  #connect(): Promise<ClusterClient> {
    if (this.#client === undefined) {
      this.#client = ClusterClient.connect(this.access);
      // A kubeconfig that can't be read now may be whole again later.
      this.#client.catch(() => (this.#client = undefined));
    }
    return this.#client;
  }

  #forget(): void {
    this.#client?.then(
      (client) => client.close(),
      () => undefined,
    );
    this.#client = undefined;
    this.#authorization = undefined;
    // A session stands for the client certificate that it was made with.
    this.#sessions = new TlsSessions();
  }
}
