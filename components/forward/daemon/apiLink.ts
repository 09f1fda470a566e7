import https from "node:https";
import { type AuthorizedOptions, type ClusterAccess, ClusterClient } from "../../cluster/api";
import { type LogSource, readTail } from "../../cluster/logs";
import { PodViews } from "../../cluster/pods";
import { DialError, dialSpdy, dialWebSocket, type PodConnection, type PodPort, SessionPool } from "../tunnel";

/** Credentials are asked for anew after this, so that a burst of connections reads no file and runs no plugin each. */
const authorizationMs = 5_000;
/** No answer at all, or one about the Pod or the rights: another kind of connection would change nothing. */
const ownStatuses = new Set([undefined, 401, 403, 404]);

/** All that the daemon does with one cluster: one client, one watch per namespace, tunnels. */
export class ApiLink {
  readonly #watches = new Map<string, PodViews>();
  readonly #pool = new SessionPool((target) =>
    this.#authorized((server, authorized) => dialSpdy(server, target, authorized)),
  );
  /**
   * Has each connection take up the TLS session of an earlier one with the same certificates, which is the larger part of
   * what it costs. It keeps no connection.
   */
  readonly #agent = new https.Agent();
  #knowsSpdy = true;
  #client: Promise<ClusterClient> | undefined;
  #authorization: { options: Promise<AuthorizedOptions>; until: number } | undefined;

  constructor(
    private readonly access: ClusterAccess,
    private readonly log: (line: string) => void,
  ) {}

  watch(namespace: string): PodViews {
    let watch = this.#watches.get(namespace);
    if (watch === undefined || watch.isUnused) {
      watch = new PodViews(() => this.#connect(), namespace, this.log);
      this.#watches.set(namespace, watch);
    }
    return watch;
  }

  /** Opens a connection to a port of a Pod. */
  async connect(pod: PodPort): Promise<PodConnection> {
    if (!this.#knowsSpdy) return await this.#viaWebSocket(pod);
    try {
      return await this.#pool.connect(pod);
    } catch (error) {
      const isOfApiServer = !(error instanceof DialError) || ownStatuses.has(error.status);
      if (isOfApiServer) throw error;
      const connection = await this.#viaWebSocket(pod).catch(() => Promise.reject(error));
      this.log(`the way to the API server lets no SPDY through (${error.message}): using WebSockets`);
      this.#knowsSpdy = false;
      return connection;
    }
  }

  /** Makes the next connection to a Pod a fast one. */
  prepare(pod: PodPort): void {
    if (this.#knowsSpdy) this.#pool.prepare(pod);
  }

  /** The last lines of a container's log, made harmless. */
  async logTail(source: LogSource): Promise<string[]> {
    return (await readTail(await this.#connect(), source, (text) => text)).lines;
  }

  /** Starts all watches anew, as after a sleep of the machine. */
  restart(): void {
    this.#pool.check();
    for (const watch of this.#watches.values()) watch.restart();
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.close();
    this.#pool.close();
    this.#forget();
  }

  async #viaWebSocket(pod: PodPort): Promise<PodConnection> {
    return await this.#authorized((server, authorized) => dialWebSocket(server, pod, authorized));
  }

  async #authorized<T>(dial: (server: string, authorized: AuthorizedOptions) => Promise<T>): Promise<T> {
    const once = async (): Promise<T> => {
      const client = await this.#connect();
      const authorized = await this.#authorize(client);
      const agent = authorized.agent ?? (client.server.startsWith("https:") ? this.#agent : undefined);
      return await dial(client.server, { ...authorized, agent });
    };
    const used = this.#client;
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof DialError) || error.status !== 401) throw error;
      // Expired meanwhile: a client from scratch reads the kubeconfig again. Of many who hear it, the first makes that.
      if (this.#client === used || used === undefined) this.#forget();
      return await once();
    }
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
  }
}
