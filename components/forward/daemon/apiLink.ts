import https from "node:https";
import { type AuthorizedOptions, type ClusterAccess, ClusterClient } from "../../cluster/api";
import { type LogSource, readTail } from "../../cluster/logs";
import { PodViews } from "../../cluster/pods";
import { DialError, dialSpdy, dialWebSocket, type PodConnection, type PodPort, SessionPool } from "../tunnel";

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
    this.#client?.then(
      (client) => client.close(),
      () => undefined,
    );
  }

  async #viaWebSocket(pod: PodPort): Promise<PodConnection> {
    return await this.#authorized((server, authorized) => dialWebSocket(server, pod, authorized));
  }

  /** Where the credentials are for another server by now, the connection is made to that one. */
  async #authorized<T>(dial: (server: string, authorized: AuthorizedOptions) => Promise<T>): Promise<T> {
    const dialWith = (client: ClusterClient): Promise<T> =>
      client.authorized(async (options) => {
        const agent = options.agent ?? (client.server.startsWith("https:") ? this.#agent : undefined);
        return await dial(client.server, { ...options, agent });
      });
    const client = await this.#connect();
    try {
      return await dialWith(client);
    } catch (error) {
      if (!client.hasMoved) throw error;
      return await dialWith(await this.#connect());
    }
  }

  /** The client; a new one where the kubeconfig names another server by now. */
  #connect(): Promise<ClusterClient> {
    const connecting = (this.#client ?? ClusterClient.connect(this.access)).then((client) => {
      if (!client.hasMoved) return client;
      client.close();
      return ClusterClient.connect(this.access);
    });
    this.#client = connecting;
    // A kubeconfig that can't be read now may be whole again later.
    connecting.catch(() => {
      if (this.#client === connecting) this.#client = undefined;
    });
    return connecting;
  }
}
