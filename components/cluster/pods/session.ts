import { type Labels, labelSelector } from "../../contract";
import type { OpenApi } from "../../spec/knownFields";
import { ApiError, type ClusterAccess, ClusterClient, hasStatus, UnreachableError } from "../api";
import type { Pod } from "./pod";
import { listPods, podsPath } from "./podFeed";
import { PodWatch } from "./podWatch";

/** What the InitPods of one program share of one cluster: one client, and one list and one watch per namespace. */
export class ClusterSession {
  readonly #livePods = new Map<string, Promise<Pod[]>>();
  readonly #watches = new Map<string, PodWatch>();
  #uid: Promise<string> | undefined;
  #coreDocument: Promise<OpenApi | undefined> | undefined;
  #unreachable: UnreachableError | undefined;

  constructor(
    readonly client: ClusterClient,
    private readonly labelSelector: string,
    private readonly report: (line: string) => void,
  ) {}

  /**
   * The Pods of all InitPods of a namespace as they were when first asked for, without those being deleted.
   * @throws {ApiError} where they may not be read.
   * @throws {UnreachableError} where the cluster doesn't answer.
   */
  async podsAtStart(namespace: string): Promise<Pod[]> {
    const known = this.#livePods.get(namespace) ?? this.#list(namespace, this.labelSelector);
    this.#livePods.set(namespace, known);
    return await known;
  }

  /**
   * The Pods with these labels, in whichever namespace, without those being deleted.
   * @throws {ApiError} where the Pods of all namespaces may not be listed.
   */
  async podsAnywhere(labels: Labels): Promise<Pod[]> {
    return await this.#list(undefined, labelSelector(labels));
  }

  /** The Pod of this name; undefined where there is none, or where it may not be read. */
  async podNamed(namespace: string, name: string): Promise<Pod | undefined> {
    try {
      return await this.client.json<Pod>(`${podsPath(namespace)}/${name}`, { timeoutMs: reachTimeoutMs });
    } catch (error) {
      if (error instanceof ApiError) return undefined;
      throw error;
    }
  }

  watch(namespace: string): PodWatch {
    const watch = this.#watches.get(namespace) ?? new PodWatch(this.client, namespace, this.labelSelector, this.report);
    this.#watches.set(namespace, watch);
    return watch;
  }

  /** Uid of the `kube-system` namespace, the usual name of a cluster; `""` where it may not be read. */
  async uid(): Promise<string> {
    this.#uid ??= this.client
      .json<{ metadata: { uid: string } }>("/api/v1/namespaces/kube-system", { timeoutMs: reachTimeoutMs })
      .then(({ metadata }) => metadata.uid)
      .catch((error: unknown) => {
        if (error instanceof ApiError) return "";
        // Whoever asks next may have more luck.
        this.#uid = undefined;
        throw this.#oneError(error);
      });
    return await this.#uid;
  }

  /** What becomes of objects in a namespace; `"there"` also where it may not be read. */
  async namespaceState(name: string): Promise<"there" | "missing" | "ending"> {
    const path = `/api/v1/namespaces/${encodeURIComponent(name)}`;
    try {
      const { status } = await this.client.json<{ status?: { phase?: string } }>(path);
      return status?.phase === "Terminating" ? "ending" : "there";
    } catch (error) {
      return hasStatus(error, 404) ? "missing" : "there";
    }
  }

  /** The API server's own document of core/v1, more than a megabyte; undefined where there is none to be had. */
  async coreDocument(): Promise<OpenApi | undefined> {
    this.#coreDocument ??= this.client.json<OpenApi>("/openapi/v3/api/v1").catch(() => undefined);
    return await this.#coreDocument;
  }

  /**
   * Resolves once the cluster has answered, whatever it says.
   * @throws {UnreachableError} one and the same object for all who ask, so that it is reported once.
   */
  async reach(namespace: string): Promise<void> {
    try {
      await this.podsAtStart(namespace);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  async #list(namespace: string | undefined, labelSelector: string): Promise<Pod[]> {
    const request = { namespace, labelSelector, timeoutMs: reachTimeoutMs };
    try {
      const { pods } = await listPods(this.client, request);
      return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    } catch (error) {
      throw this.#oneError(error);
    }
  }

  #oneError(error: unknown): unknown {
    if (!(error instanceof UnreachableError)) return error;
    this.#unreachable ??= new UnreachableError(unreachable(this.client, error));
    return this.#unreachable;
  }
}

/** With the start of a program, an unreachable cluster is reported within 10 s. */
const reachTimeoutMs = 6_000;

function unreachable({ context, server }: ClusterClient, error: UnreachableError): string {
  return (
    `The cluster of context "${context}" (${server}) can't be reached: ${error.message}. ` +
    "Start it, or choose another one: the `context` of the kubernetes provider, " +
    "`pulumi config set kubernetes:context NAME`, or the KUBECONFIG environment variable."
  );
}

/** The sessions of one program. */
export class ClusterSessions {
  readonly #sessions = new Map<string, Promise<ClusterSession>>();

  constructor(
    private readonly labelSelector: string,
    private readonly report: (line: string) => void,
  ) {}

  /** The same one for the same access. */
  of(access: ClusterAccess): Promise<ClusterSession> {
    const key = JSON.stringify(access);
    const session = this.#sessions.get(key) ?? this.#connect(access);
    this.#sessions.set(key, session);
    return session;
  }

  async #connect(access: ClusterAccess): Promise<ClusterSession> {
    return new ClusterSession(await ClusterClient.connect(access), this.labelSelector, this.report);
  }
}
