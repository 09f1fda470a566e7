import http from "node:http";
import https from "node:https";
import { errorText } from "../../text";
import { within } from "../../time";
import type { ClusterAccess } from "./access";
import { type AuthorizedOptions, Credentials } from "./credentials";
import { ApiError, UnreachableError } from "./errors";

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

const defaultTimeoutMs = 10_000;
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

  private constructor(
    access: ClusterAccess,
    private readonly credentials: Credentials,
  ) {
    const { kubeConfig, server } = credentials;
    this.server = server;
    this.context = kubeConfig.getCurrentContext();
    const ofContext = kubeConfig.getContextObject(this.context)?.namespace;
    this.namespace = access.namespace ?? (ofContext === "" ? undefined : ofContext) ?? "default";
  }

  /** @throws {KubeconfigError} where the kubeconfig or its context can't be used. No request is made. */
  static async connect(access: ClusterAccess): Promise<ClusterClient> {
    return new ClusterClient(access, await Credentials.read(access));
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
    return await this.authorized(async (options) => {
      const response = await this.#send(path, request, options);
      const status = response.statusCode ?? 0;
      const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
      if (status >= 200 && status < 300) {
        const isEndless = request.query?.watch === true || request.query?.follow === true;
        const stallMs = request.stallMs ?? (isEndless ? undefined : timeoutMs);
        if (stallMs !== undefined) endStalled(response, stallMs);
        return response;
      }
      endStalled(response, timeoutMs);
      throw apiError(status, await readAll(response), retryAfterOf(response));
    });
  }

  /**
   * Runs what makes a connection of its own, such as a WebSocket, with credentials and TLS settings; once more, with
   * renewed ones, where it throws an error of `status` 401.
   * @throws {KubeconfigError} where there are none to be had.
   */
  async authorized<T>(action: (options: AuthorizedOptions) => Promise<T>): Promise<T> {
    return await this.credentials.use(action);
  }

  /** Whether the kubeconfig names another server by now, for which a new client is needed. */
  get hasMoved(): boolean {
    return this.credentials.hasMoved;
  }

  /** Ends all requests and closes all connections. */
  close(): void {
    this.#stop.abort();
    this.#agent.destroy();
    this.#plainAgent.destroy();
  }

  async #send(path: string, request: ApiRequest, authorized: AuthorizedOptions): Promise<http.IncomingMessage> {
    try {
      return await this.#sendOnce(path, request, authorized);
    } catch (error) {
      if (!(error instanceof StaleConnectionError)) throw error;
      // The server closed an idle connection at the moment when it was to be used again: nothing was asked yet.
      return await this.#sendOnce(path, { ...request, fresh: true }, authorized);
    }
  }

  async #sendOnce(path: string, request: ApiRequest, authorized: AuthorizedOptions): Promise<http.IncomingMessage> {
    const url = new URL(this.server + path);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const secure = url.protocol === "https:";
    const ownAgent = secure ? this.#agent : this.#plainAgent;
    const signal = request.signal ? AbortSignal.any([request.signal, this.#stop.signal]) : this.#stop.signal;
    const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
    const options: https.RequestOptions = {
      ...authorized,
      method: request.method ?? "GET",
      headers: { ...authorized.headers, accept: "application/json", "user-agent": "init-pod" },
      agent: authorized.agent ?? (request.fresh === true ? false : ownAgent),
      signal,
    };
    const outgoing = (secure ? https : http).request(url, options);
    outgoing.setSocketKeepAlive(true, keepAliveMs);
    const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
      outgoing.on("response", resolve);
      outgoing.on("error", (error: NodeJS.ErrnoException) => {
        if (signal.aborted) reject(error);
        else if (outgoing.reusedSocket && error.code === "ECONNRESET") reject(new StaleConnectionError());
        else reject(new UnreachableError(errorText(error)));
      });
    });
    outgoing.end();
    return await within(timeoutMs, answered, () => {
      const error = new UnreachableError(`no answer within ${timeoutMs / 1000} s`);
      outgoing.destroy(error);
      // A request that still waits for its proxy reports no error before that has answered.
      throw error;
    });
  }
}

class StaleConnectionError extends Error {}

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
  }, stallMs / 20);
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

function apiError(status: number, body: string, retryAfterMs: number | undefined): ApiError {
  try {
    const parsed = JSON.parse(body) as { message?: string; reason?: string };
    return new ApiError(status, parsed.message ?? `HTTP status ${status}`, parsed.reason, retryAfterMs);
  } catch {
    const text = body.replace(/\s+/g, " ").trim().slice(0, longestErrorText);
    const message = text === "" ? `HTTP status ${status}` : `HTTP status ${status}: ${text}`;
    return new ApiError(status, message, undefined, retryAfterMs);
  }
}

/** A server that asks for more is asked sooner. */
const longestRetryAfterMs = 30_000;

/** Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after (seconds, or a date) */
function retryAfterOf({ headers }: http.IncomingMessage): number | undefined {
  const text = headers["retry-after"] ?? "";
  if (text === "") return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestRetryAfterMs);
}
