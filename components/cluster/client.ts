import type { KubeConfig } from "@kubernetes/client-node";
import http from "node:http";
import https from "node:https";
import type { ClusterAccess } from "./access";
import { ApiError, UnreachableError } from "./errors";
import { loadKubeConfig } from "./kubeconfig";

/** What one request to the API server may set. */
export interface ApiRequest {
  method?: "GET" | "DELETE";
  query?: Record<string, string | number | boolean | undefined>;
  /** Ends the request, and a stream that it opened. */
  signal?: AbortSignal;
  /** Milliseconds until the response headers must have come. */
  timeoutMs?: number;
}

/** Connection settings with credentials, as `node:https` and `ws` take them. */
export type AuthorizedOptions = https.RequestOptions & { headers: Record<string, string> };

const defaultTimeoutMs = 10_000;

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
  readonly #agent = new https.Agent({ keepAlive: true });
  readonly #plainAgent = new http.Agent({ keepAlive: true });
  #kubeConfig: KubeConfig;

  private constructor(
    private readonly access: ClusterAccess,
    kubeConfig: KubeConfig,
  ) {
    this.#kubeConfig = kubeConfig;
    this.context = kubeConfig.getCurrentContext();
    this.server = (kubeConfig.getCurrentCluster()?.server ?? "").replace(/\/+$/, "");
    this.namespace =
      access.namespace ?? kubeConfig.getContextObject(kubeConfig.getCurrentContext())?.namespace ?? "default";
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
    const body = await readAll(response, request.timeoutMs ?? defaultTimeoutMs);
    return JSON.parse(body) as T;
  }

  /**
   * The response to a request, as a stream that the caller reads or destroys.
   * @throws {ApiError} on an error status.
   * @throws {UnreachableError} where no answer came in time.
   */
  async stream(path: string, request: ApiRequest = {}): Promise<http.IncomingMessage> {
    let response = await this.#send(path, request);
    if (response.statusCode === 401) {
      // A token may have expired on the way: an exec plugin or a rewritten kubeconfig has a newer one.
      response.resume();
      this.#kubeConfig = await loadKubeConfig(this.access);
      response = await this.#send(path, request);
    }
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    throw apiError(status, await readAll(response, defaultTimeoutMs));
  }

  /** Fresh credentials and TLS settings for a connection that the caller makes itself, such as a WebSocket. */
  async authorize(): Promise<AuthorizedOptions> {
    const options: https.RequestOptions = { headers: {} };
    await this.#kubeConfig.applyToHTTPSOptions(options);
    if (this.#kubeConfig.getCurrentCluster()?.proxyUrl === undefined) delete options.agent;
    return options as AuthorizedOptions;
  }

  /** Closes idle and open connections: an open one would keep the process alive. */
  close(): void {
    this.#agent.destroy();
    this.#plainAgent.destroy();
  }

  async #send(path: string, request: ApiRequest): Promise<http.IncomingMessage> {
    const url = new URL(this.server + path);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const secure = url.protocol === "https:";
    const options = await this.authorize();
    options.agent ??= secure ? this.#agent : this.#plainAgent;
    options.method = request.method ?? "GET";
    options.headers.accept = "application/json";
    const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
    return await new Promise((resolve, reject) => {
      const outgoing = (secure ? https : http).request(url, { ...options, signal: request.signal }, (response) => {
        clearTimeout(timer);
        resolve(response);
      });
      const timer = setTimeout(() => {
        outgoing.destroy(new Error(`no answer within ${timeoutMs / 1000} s`));
      }, timeoutMs);
      outgoing.on("error", (error) => {
        clearTimeout(timer);
        reject(request.signal?.aborted ? error : new UnreachableError(describe(error)));
      });
      outgoing.end();
    });
  }
}

async function readAll(response: http.IncomingMessage, timeoutMs: number): Promise<string> {
  const timer = setTimeout(
    () => response.destroy(new Error(`the answer stalled for ${timeoutMs / 1000} s`)),
    timeoutMs,
  );
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
  } catch (error) {
    throw new UnreachableError(describe(error));
  } finally {
    clearTimeout(timer);
  }
}

function apiError(status: number, body: string): ApiError {
  try {
    const parsed = JSON.parse(body) as { message?: string; reason?: string };
    return new ApiError(status, parsed.message ?? body, parsed.reason);
  } catch {
    return new ApiError(status, body.trim() || `HTTP status ${status}`);
  }
}

/** Node reports a refused connection to a name with two addresses as an AggregateError without a text. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join("; ");
  return error instanceof Error ? error.message : String(error);
}
