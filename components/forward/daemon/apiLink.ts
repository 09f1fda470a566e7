import { type ClusterAccess, ClusterClient } from "../../cluster/api";
import { type LogSource, readTail } from "../../cluster/logs";
import { type Pod, type PodEvent, PodViews, readEvents } from "../../cluster/pods";
import { type Dial, DialError, type PodConnection, PodDialer, type PodPort } from "../tunnel";
import { type ServiceScope, untilServiceDeleted } from "./serviceWatch";

const eventsTimeoutMs = 3_000;
/** Lists for the sake of a Pod that was not found are made no more often. */
const missedMs = 1_000;

/** All that the daemon does with one cluster: one client, one watch per namespace, tunnels. */
export class ApiLink {
  readonly #watches = new Map<string, PodViews>();
  readonly #dialer: PodDialer;
  #client: Promise<ClusterClient> | undefined;
  #missedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly access: ClusterAccess,
    private readonly log: (line: string) => void,
  ) {
    const recovered = (): void => {
      // These wait ever longer between two tries.
      for (const watch of this.#watches.values()) if (!watch.isLive) watch.restart();
    };
    this.#dialer = new PodDialer((dial) => this.#authorized(dial), log, recovered);
  }

  watch(namespace: string): PodViews {
    let watch = this.#watches.get(namespace);
    if (watch === undefined || watch.isUnused) {
      watch = new PodViews(() => this.#currentClient(), namespace, this.log);
      this.#watches.set(namespace, watch);
    }
    return watch;
  }

  /** Resolves with true once a Service is deleted as Pulumi does it; false where that can't be known. */
  async serviceDeleted(scope: ServiceScope, signal: AbortSignal): Promise<boolean> {
    return await untilServiceDeleted(() => this.#currentClient(), scope, signal);
  }

  /** Opens a connection to a port of a Pod. */
  async connect(pod: PodPort): Promise<PodConnection> {
    try {
      return await this.#dialer.connect(pod);
    } catch (error) {
      if (error instanceof DialError && error.status === 404) this.#missed(pod.namespace);
      throw error;
    }
  }

  /** Makes the next connection to a Pod a fast one. */
  prepare(pod: PodPort): void {
    this.#dialer.prepare(pod);
  }

  /** The last lines of a container's log, made harmless. */
  async logTail(source: LogSource): Promise<string[]> {
    return (await readTail(await this.#currentClient(), source, (text) => text)).lines;
  }

  async events({ metadata: { namespace, uid } }: Pod): Promise<readonly PodEvent[]> {
    return await readEvents({ client: await this.#currentClient(), namespace, podUid: uid }, eventsTimeoutMs);
  }

  /** Starts all watches anew, as after a sleep of the machine. */
  restart(): void {
    this.#dialer.check();
    for (const watch of this.#watches.values()) watch.restart();
  }

  /** A Pod that is taken for Ready is not there: the watch that told of it hears nothing any more. */
  #missed(namespace: string): void {
    const now = performance.now();
    if (now - this.#missedAt < missedMs) return;
    this.#missedAt = now;
    this.#watches.get(namespace)?.restart();
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.close();
    this.#dialer.close();
    this.#client?.then(
      (client) => client.close(),
      () => undefined,
    );
  }

  /** Dials another server where the kubeconfig names one by now, and this one takes the credentials no longer. */
  async #authorized<T>(dial: Dial<T>): Promise<T> {
    const dialWith = (client: ClusterClient): Promise<T> =>
      client.authorized((options) => dial(client.server, options));
    const client = await this.#currentClient();
    try {
      return await dialWith(client);
    } catch (error) {
      if (!client.hasMoved) throw error;
      return await dialWith(await this.#currentClient());
    }
  }

  /** The client; a new one where the kubeconfig names another server by now. */
  #currentClient(): Promise<ClusterClient> {
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
