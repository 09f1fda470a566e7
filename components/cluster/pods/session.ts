import { type Labels, labelSelector } from "../../contract";
import type { OpenApi } from "../../spec/knownFields";
import { errorText } from "../../text";
import { hedged } from "../../time";
import {
  ApiError,
  type ClusterAccess,
  ClusterClient,
  hasStatus,
  mayPass,
  type Patience,
  patiently,
  UnreachableError,
  usualPatience,
} from "../api";
import type { Pod } from "./pod";
import { listPods, podsPath } from "./podFeed";
import { PodWatch } from "./podWatch";

type NamespaceState = "there" | "missing" | "ending";

/** What the InitPods of one program share of one cluster: one client, and one list and one watch per namespace. */
export class ClusterSession {
  readonly #livePods = new Map<string, Promise<Pod[]>>();
  readonly #namespaceStates = new Map<string, Promise<NamespaceState>>();
  readonly #watches = new Map<string, PodWatch>();
  #uid: Promise<string> | undefined;
  #coreDocument: Promise<OpenApi | undefined> | undefined;
  #unreachable: UnreachableError | undefined;
  readonly #named = new WeakMap<Error, Error>();
  #refused: Error | undefined;
  #isReported = false;

  constructor(
    readonly client: ClusterClient,
    private readonly labelSelector: string,
    private readonly report: (line: string) => void,
    private readonly patience: Patience = usualPatience,
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
    const path = "/api/v1/namespaces/kube-system";
    const request = { timeoutMs: reachTimeoutMs };
    this.#uid ??= this.#patiently(
      async (signal) => await this.client.json<Pick<Pod, "metadata">>(path, { ...request, signal }),
    )
      .then(({ metadata }) => metadata.uid)
      .catch((error: unknown) => {
        if (error instanceof ApiError && !mayPass(error)) return "";
        // Whoever asks next may have more luck.
        this.#uid = undefined;
        throw this.#oneError(error);
      });
    return await this.#uid;
  }

  /** What becomes of objects in a namespace, as it was when first asked for; `"there"` also where it may not be read. */
  async namespaceState(name: string): Promise<NamespaceState> {
    const known = this.#namespaceStates.get(name) ?? this.#readNamespaceState(name);
    this.#namespaceStates.set(name, known);
    return await known;
  }

  async #readNamespaceState(name: string): Promise<NamespaceState> {
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
   * Resolves once the cluster has answered, also where it says that the Pods may not be read.
   * @throws {UnreachableError} one and the same object for all who ask, so that it is reported once.
   * @throws {ApiError} where it can't answer, or takes no credentials.
   */
  async reach(namespace: string): Promise<void> {
    try {
      await this.podsAtStart(namespace);
    } catch (error) {
      if (!(error instanceof ApiError) || mayPass(error) || hasStatus(error, 401)) throw error;
    }
  }

  /** An error of the API server that says which one it is, and the same one for the same; any other as it is. */
  named(error: unknown): unknown {
    if (!(error instanceof ApiError || error instanceof UnreachableError)) return error;
    const { server, context } = this.client;
    if (error.message.includes(server)) return error;
    const ofCluster = `API server ${server}, context "${context}"`;
    if (hasStatus(error, 401)) {
      // It is the same for all who ask.
      this.#refused ??= new Error(`${refusedText} (${ofCluster}): ${error.message}`);
      return this.#refused;
    }
    const named = this.#named.get(error) ?? new Error(`${error.message} (${ofCluster})`);
    this.#named.set(error, named);
    return named;
  }

  async #list(namespace: string | undefined, labelSelector: string): Promise<Pod[]> {
    const request = { namespace, labelSelector, timeoutMs: reachTimeoutMs };
    try {
      const { pods } = await this.#patiently(async (signal) => await listPods(this.client, { ...request, signal }));
      return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    } catch (error) {
      throw this.#oneError(error);
    }
  }

  async #patiently<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const ask = async (): Promise<T> => await hedged(askAnewMs, action);
    return await patiently(ask, this.patience, (error, ms) => this.#sayOnce(error, ms));
  }

  /** A short break is not worth a line. */
  #sayOnce(error: Error, ms: number): void {
    if (this.#isReported || ms < reportMs) return;
    this.#isReported = true;
    const { server, context } = this.client;
    this.report(`The API server ${server} (context "${context}") can't answer yet, trying again: ${errorText(error)}`);
  }

  #oneError(error: unknown): unknown {
    if (!(error instanceof UnreachableError)) return error;
    this.#unreachable ??= new UnreachableError(unreachable(this.client, error));
    return this.#unreachable;
  }
}

const refusedText = "The API server does not take the credentials of the kubeconfig. Log in anew, and run it again";
const reportMs = 2_000;
/** With the start of a program, an unreachable cluster is reported within 10 s. */
const reachTimeoutMs = 6_000;
/** What has no answer by then is asked once more meanwhile, as its connection may be dead. */
const askAnewMs = [2_500, 5_000];

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
