import { type ClusterAccess, ClusterClient, KubeconfigError, KubeconfigWatch } from "../../cluster/api";
import { type LogSource, readTail } from "../../cluster/logs";
import { ClusterSession, type Pod, type PodEvent, PodViews, readEvents } from "../../cluster/pods";
import { type Dial, DialError, type PodConnection, PodDialer, type PodPort } from "../tunnel";
import { type ServiceScope, untilServiceDeleted } from "./serviceWatch";

const eventsTimeoutMs = 3_000;
/** Lists that a watch would have made needless are made no more often. */
const listAnewMs = 1_000;

/** All that the daemon does with one cluster: one client, one watch per namespace, tunnels. */
export class ApiLink {
  readonly #watches = new Map<string, PodViews>();
  readonly #dialer: PodDialer;
  readonly #kubeconfig: KubeconfigWatch;
  #server: string | undefined;
  /** Whether the kubeconfig may lead elsewhere than when the forward was asked for. */
  #hasMoved = false;
  #client: Promise<ClusterClient> | undefined;
  #listedAnewAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly access: ClusterAccess,
    private readonly log: (line: string) => void,
    /** uid of the namespace `kube-system`; `""` where it is not known. */
    private readonly clusterUid = "",
  ) {
    this.#kubeconfig = new KubeconfigWatch(access);
    const recovered = (): void => {
      // These wait ever longer between two tries.
      for (const watch of this.#watches.values()) if (!watch.isLive) watch.restart();
    };
    this.#dialer = new PodDialer((dial) => this.#authorized(dial), log, recovered);
  }

  /** URL of the API server; nothing before the kubeconfig was read. */
  get server(): string | undefined {
    return this.#server;
  }

  /** Looks whether the kubeconfig names another server, or other credentials, by now, and goes on with these. */
  async look(): Promise<void> {
    if (!(await this.#kubeconfig.hasChanged())) return;
    this.log("the kubeconfig has changed: looking where it leads");
    const before = this.#client;
    this.#client = undefined;
    this.#hasMoved = true;
    for (const watch of this.#watches.values()) watch.restart();
    this.#dialer.renew();
    before?.then(
      (client) => client.close(),
      () => undefined,
    );
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
      if (error instanceof DialError && error.status === 404) this.listAnew(pod.namespace);
      throw error;
    }
  }

  /** Makes the next connection to a Pod a fast one. */
  prepare(pod: PodPort): void {
    this.#dialer.prepare(pod);
  }

  /** Ends all connections with a Pod: they lead to what is gone. */
  drop(uid: string): void {
    this.#dialer.drop(uid);
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

  /** Somebody knows better than the watch, which hears nothing any more. */
  listAnew(namespace: string): void {
    const now = performance.now();
    if (now - this.#listedAnewAt < listAnewMs) return;
    this.#listedAnewAt = now;
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
    const connecting = (this.#client ?? this.#connect()).then((client) => {
      if (!client.hasMoved) return client;
      client.close();
      this.#hasMoved = true;
      return this.#connect();
    });
    this.#client = connecting;
    // A kubeconfig that can't be read now may be whole again later.
    connecting.catch(() => {
      if (this.#client === connecting) this.#client = undefined;
    });
    return connecting;
  }

  /** @throws {KubeconfigError} where the kubeconfig leads to another cluster by now, in which no Pod is ours. */
  async #connect(): Promise<ClusterClient> {
    const client = await ClusterClient.connect(this.access);
    this.#server = client.server;
    if (!this.#hasMoved || (await this.#isSameCluster(client))) return client;
    client.close();
    throw new KubeconfigError(
      `Context "${client.context}" leads to another cluster (${client.server}) by now than the one that the Pod is in.`,
    );
  }

  /** True as well where that can't be known. */
  async #isSameCluster(client: ClusterClient): Promise<boolean> {
    const uid = await new ClusterSession(client, "", () => undefined).uid().catch(() => "");
    return uid === "" || this.clusterUid === "" || uid === this.clusterUid;
  }
}
