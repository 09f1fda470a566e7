import http from "node:http";
import https from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { errorText } from "../../text";
import { within } from "../../time";
import type { ClusterAccess } from "./access";
import { ApiError, KubeconfigError, UnreachableError } from "./errors";
import { loadKubeConfig } from "./kubeconfig";

/** What one request to the API server may set. */
export interface ApiRequest {
  method?: "GET" | "DELETE";
  query?: Record<string, string | number | boolean | undefined>;
  /** Ends the request, and a stream that it opened. */
  signal?: AbortSignal;
  /** Milliseconds until the response headers must have come. */
  timeoutMs?: number;
  /** A body that falls silent for so long ends with an error. Default: `timeoutMs`, and never for a watch or a followed log. */
  stallMs?: number;
  /** Whether to open a connection of its own, as an idle one may be dead without anybody knowing. */
  fresh?: boolean;
}

/** Connection settings with credentials, as `node:https` and `ws` take them. */
export type AuthorizedOptions = https.RequestOptions & { headers: Record<string, string> };

const defaultTimeoutMs = 10_000;
/** For a credential plugin that asks a person to log in, in a browser. */
const credentialsTimeoutMs = 120_000;
/** Credentials are reused for so long, so that a burst of requests reads no file and runs no plugin each. */
const authorizationMs = 5_000;
/** A dead host is noticed about 10 s after this much silence, by TCP itself. */
const keepAliveMs = 5_000;

/**
 * Requests to the API server of one cluster. `@kubernetes/client-node` reads the kubeconfig and gets credentials (exec
 * plugins, token refresh); the requests are made here, as its generated API takes as long to load as the Pulumi SDK, and
 * its watch and port-forward lack time-outs and back-pressure.
 */
export class ClusterClient {
  readonly context: string;
  /** URL of the API server. */
  readonly server: string;
  /** Namespace of resources that name none. */
  readonly namespace: string;
  // Idle connections don't keep the process alive: Node's agents unref them.
  readonly #agent = new https.Agent({ keepAlive: true });
  readonly #plainAgent = new http.Agent({ keepAlive: true });
  readonly #stop = new AbortController();
  #kubeConfig: KubeConfig;
  #reloading: Promise<void> | undefined;
  #authorization: { options: Promise<AuthorizedOptions>; until: number } | undefined;

  private constructor(
    private readonly access: ClusterAccess,
    kubeConfig: KubeConfig,
  ) {
    this.#kubeConfig = kubeConfig;
    this.context = kubeConfig.getCurrentContext();
    this.server = (kubeConfig.getCurrentCluster()?.server ?? "").replace(/\/+$/, "");
    const ofContext = kubeConfig.getContextObject(this.context)?.namespace;
    this.namespace = access.namespace ?? (ofContext === "" ? undefined : ofContext) ?? "default";
  }

  /** @throws {KubeconfigError} where the kubeconfig or its context can't be used. No request is made. */
  static async connect(access: ClusterAccess): Promise<ClusterClient> {
    return new ClusterClient(access, await loadKubeConfig(access));
  }

  /**
   * The parsed JSON answer of a request.
   * @throws {ApiError} on an error status.
   * @throws {UnreachableError} where no answer came in time.
   */
  async json<T>(path: string, request: ApiRequest = {}): Promise<T> {
    const response = await this.stream(path, request);
    const body = await readAll(response);
    try {
      return JSON.parse(body) as T;
    } catch {
      throw new UnreachableError(`${this.server} answers, but not as a Kubernetes API server`);
    }
  }

  /**
   * The response to a request, as a stream that the caller reads or destroys.
   * @throws {ApiError} on an error status.
   * @throws {UnreachableError} where no answer came in time.
   * @throws {KubeconfigError} where there are no credentials to be had.
   */
  async stream(path: string, request: ApiRequest = {}): Promise<http.IncomingMessage> {
    const used = this.#kubeConfig;
    let response = await this.#send(path, request);
    if (response.statusCode === 401) {
      // A token may have expired on the way: an exec plugin, a token file or a rewritten kubeconfig has a newer one.
      response.resume();
      await this.#renew(used);
      response = await this.#send(path, request);
    }
    const status = response.statusCode ?? 0;
    const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
    if (status >= 200 && status < 300) {
      const isEndless = request.query?.watch === true || request.query?.follow === true;
      const stallMs = request.stallMs ?? (isEndless ? undefined : timeoutMs);
      if (stallMs !== undefined) endStalled(response, stallMs);
      return response;
    }
    endStalled(response, timeoutMs);
    throw apiError(status, await readAll(response));
  }

  /**
   * Credentials and TLS settings for a connection that the caller makes itself, such as a WebSocket.
   * @throws {KubeconfigError} where there are none to be had.
   */
  async authorize(): Promise<AuthorizedOptions> {
    if (this.#authorization === undefined || this.#authorization.until < performance.now()) {
      const fresh = { options: authorizedOptions(this.#kubeConfig), until: Infinity };
      this.#authorization = fresh;
      fresh.options.then(
        () => (fresh.until = performance.now() + authorizationMs),
        () => (fresh.until = 0),
      );
    }
    const options = await this.#authorization.options;
    return { ...options, headers: Object.assign({}, options.headers) };
  }

  /** Ends all requests and closes all connections. */
  close(): void {
    this.#stop.abort();
    this.#agent.destroy();
    this.#plainAgent.destroy();
  }

  /** Reads the kubeconfig anew, unless that happened since `used` was: one at a time, however many requests failed. */
  async #renew(used: KubeConfig): Promise<void> {
    if (used !== this.#kubeConfig) return;
    this.#reloading ??= loadKubeConfig(this.access)
      .then((kubeConfig) => {
        this.#kubeConfig = kubeConfig;
        this.#authorization = undefined;
      })
      .finally(() => (this.#reloading = undefined));
    await this.#reloading;
  }

  async #send(path: string, request: ApiRequest): Promise<http.IncomingMessage> {
    try {
      return await this.#sendOnce(path, request);
    } catch (error) {
      // The server closed an idle connection at the moment when it was to be used again: nothing was asked yet.
      if (error instanceof StaleConnectionError) return await this.#sendOnce(path, { ...request, fresh: true });
      throw error;
    }
  }

  async #sendOnce(path: string, request: ApiRequest): Promise<http.IncomingMessage> {
    const url = new URL(this.server + path);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const secure = url.protocol === "https:";
    const options = await this.authorize();
    options.agent ??= request.fresh === true ? false : secure ? this.#agent : this.#plainAgent;
    options.method = request.method ?? "GET";
    options.headers.accept = "application/json";
    options.headers["user-agent"] = "init-pod";
    const signal = request.signal ? AbortSignal.any([request.signal, this.#stop.signal]) : this.#stop.signal;
    const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
    return await new Promise((resolve, reject) => {
      const outgoing = (secure ? https : http).request(url, { ...options, signal }, (response) => {
        clearTimeout(timer);
        resolve(response);
      });
      const timer = setTimeout(() => {
        const error = new UnreachableError(`no answer within ${timeoutMs / 1000} s`);
        outgoing.destroy(error);
        // A request that still waits for its proxy reports no error before that has answered.
        reject(error);
      }, timeoutMs);
      outgoing.setSocketKeepAlive(true, keepAliveMs);
      outgoing.on("error", (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        if (signal.aborted) reject(error);
        else if (outgoing.reusedSocket && error.code === "ECONNRESET") reject(new StaleConnectionError());
        else reject(new UnreachableError(errorText(error)));
      });
      outgoing.end();
    });
  }
}

class StaleConnectionError extends Error {}

async function authorizedOptions(kubeConfig: KubeConfig): Promise<AuthorizedOptions> {
  const options: https.RequestOptions = { headers: {} };
  const proxy = kubeConfig.getCurrentCluster()?.proxyUrl;
  // A proxy that never answers would otherwise keep the process alive. (With SOCKS it would end idle connections.)
  if (proxy !== undefined && !proxy.startsWith("socks")) options.timeout = defaultTimeoutMs;
  try {
    await within(credentialsTimeoutMs, kubeConfig.applyToHTTPSOptions(options), () => {
      throw new Error(`no answer within ${credentialsTimeoutMs / 1000} s`);
    });
  } catch (error) {
    throw new KubeconfigError(
      `No credentials for context "${kubeConfig.getCurrentContext()}"${ofPlugin(kubeConfig)}: ${errorText(error)}`,
    );
  }
  delete options.timeout;
  if (proxy === undefined) delete options.agent;
  return options as AuthorizedOptions;
}

function ofPlugin(kubeConfig: KubeConfig): string {
  const exec = kubeConfig.getCurrentUser()?.exec as { command?: string } | undefined | null;
  return exec?.command === undefined ? "" : ` from its credential plugin ${exec.command}`;
}

/** Looks at what came over the connection, as reading the body is its consumer's affair. */
function endStalled(response: http.IncomingMessage, stallMs: number): void {
  let seen = response.socket.bytesRead;
  let since = performance.now();
  const timer = setInterval(() => {
    const { bytesRead } = response.socket;
    if (bytesRead !== seen) since = performance.now();
    seen = bytesRead;
    if (performance.now() - since >= stallMs) {
      response.destroy(new Error(`the answer stalled for ${stallMs / 1000} s`));
    }
  }, stallMs / 4);
  response.once("close", () => clearInterval(timer));
}

async function readAll(response: http.IncomingMessage): Promise<string> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
  } catch (error) {
    throw new UnreachableError(errorText(error));
  }
}

/** Longest error text that is not a Kubernetes `Status`, such as a proxy's HTML page. */
const longestErrorText = 300;

function apiError(status: number, body: string): ApiError {
  try {
    const parsed = JSON.parse(body) as { message?: string; reason?: string };
    return new ApiError(status, parsed.message ?? `HTTP status ${status}`, parsed.reason);
  } catch {
    const text = body.replace(/\s+/g, " ").trim().slice(0, longestErrorText);
    return new ApiError(status, text === "" ? `HTTP status ${status}` : `HTTP status ${status}: ${text}`);
  }
}
