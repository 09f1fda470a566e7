import http from "node:http";
import https from "node:https";
import { asArray, get, getString, type Json, type JsonObject } from "../json.ts";
import type { Connection } from "./kubeconfig.ts";

const connectTimeoutMs = 5_000;
const requestTimeoutMs = 60_000;
const maxParallelRequests = 50;
/** Below the API server's own idle limit: a connection that it has just closed would fail the next request. */
const idleConnectionMs = 30_000;

/** An answer of the API server that isn't a success; the message is the server's own text. */
export class ApiError extends Error {
  readonly code: number;
  readonly status: JsonObject;

  constructor(code: number, message: string, status: JsonObject = {}) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export class KindNotFoundError extends Error {}

export interface Kind {
  apiVersion: string;
  plural: string;
  namespaced: boolean;
}

export interface RequestOptions {
  method?: string;
  query?: Record<string, string>;
  body?: Json;
  contentType?: string;
}

function apiError(code: number, text: string): ApiError {
  try {
    const status = JSON.parse(text) as JsonObject;
    return new ApiError(code, getString(status, "message") || text, status);
  } catch {
    return new ApiError(code, text || `the API server answered ${code}`);
  }
}

export class Api {
  readonly #connection: Connection;
  readonly #agent: http.Agent;
  readonly #watchAgent: http.Agent;
  readonly #kinds = new Map<string, Promise<Map<string, Kind>>>();
  readonly #open = new Set<http.ClientRequest>();

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#agent = connection.agent({ keepAlive: true, maxSockets: maxParallelRequests, timeout: idleConnectionMs });
    this.#watchAgent = connection.agent({ keepAlive: false });
  }

  get namespace(): string {
    return this.#connection.namespace;
  }

  async request(path: string, options: RequestOptions = {}): Promise<JsonObject> {
    const response = await this.#send(path, options, this.#agent);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    const code = response.statusCode ?? 0;
    if (code < 200 || code > 299) throw apiError(code, text);
    return JSON.parse(text) as JsonObject;
  }

  /** Events of a watch until it ends or `signal` stops it; whoever watches starts it again. */
  async *watch(path: string, query: Record<string, string>, signal: AbortSignal): AsyncGenerator<JsonObject> {
    const response = await this.#send(path, { query: { ...query, watch: "true" } }, this.#watchAgent, signal);
    if (response.statusCode !== 200) {
      response.resume();
      throw new ApiError(response.statusCode ?? 0, "the watch was refused");
    }
    let rest = "";
    response.setEncoding("utf8");
    for await (const chunk of response) {
      const lines = (rest + (chunk as string)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) yield JSON.parse(line) as JsonObject;
    }
  }

  /** Plural name and scope, from the server's own list for this apiVersion, asked once. */
  async kind(apiVersion: string, kind: string): Promise<Kind> {
    let kinds = this.#kinds.get(apiVersion);
    if (!kinds) {
      kinds = this.#discover(apiVersion);
      this.#kinds.set(apiVersion, kinds);
      kinds.catch(() => this.#kinds.delete(apiVersion));
    }
    const found = (await kinds).get(kind);
    if (found) return found;
    this.#kinds.delete(apiVersion);
    throw new KindNotFoundError(`no matches for kind "${kind}" in version "${apiVersion}"`);
  }

  async path(object: { apiVersion: string; kind: string; namespace: string; name?: string }): Promise<string> {
    const kind = await this.kind(object.apiVersion, object.kind);
    const base = object.apiVersion.includes("/") ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
    const scope = kind.namespaced ? `/namespaces/${encodeURIComponent(object.namespace || "default")}` : "";
    return `${base}${scope}/${kind.plural}${object.name === undefined ? "" : `/${encodeURIComponent(object.name)}`}`;
  }

  close(): void {
    for (const request of this.#open) request.destroy(new Error("the operation was cancelled"));
  }

  async #discover(apiVersion: string): Promise<Map<string, Kind>> {
    const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    let list: JsonObject;
    try {
      list = await this.request(base);
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) {
        throw new KindNotFoundError(`the server has no apiVersion "${apiVersion}"`);
      }
      throw error;
    }
    const kinds = new Map<string, Kind>();
    for (const resource of asArray(list.resources)) {
      const plural = getString(resource, "name");
      if (plural.includes("/")) continue;
      const namespaced = get(resource, "namespaced") === true;
      kinds.set(getString(resource, "kind"), { apiVersion, plural, namespaced });
    }
    return kinds;
  }

  async #send(
    path: string,
    options: RequestOptions,
    agent: http.Agent,
    signal?: AbortSignal,
  ): Promise<http.IncomingMessage> {
    const query = new URLSearchParams(options.query).toString();
    const body = options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body));
    const headers: Record<string, string | string[] | number> = {
      accept: "application/json",
      ...(await this.#connection.headers()),
    };
    if (body) {
      headers["content-type"] = options.contentType ?? "application/json";
      headers["content-length"] = body.length;
    }
    const { server, tls } = this.#connection;
    const { request: start } = server.startsWith("https:") ? https : http;
    return new Promise((resolve, reject) => {
      const target = `${server}${path}${query === "" ? "" : `?${query}`}`;
      const request = start(target, {
        method: options.method ?? "GET",
        headers,
        agent,
        ...tls,
        ...(signal && { signal }),
      });
      this.#open.add(request);
      const timer = setTimeout(() => request.destroy(new Error(`${server} does not answer`)), requestTimeoutMs);
      request.on("socket", (socket) => {
        if (!socket.connecting) return;
        const dial = setTimeout(() => request.destroy(new Error(`${server} can't be reached`)), connectTimeoutMs);
        const done = () => clearTimeout(dial);
        socket.once("connect", done);
        socket.once("close", done);
      });
      request.on("response", (response) => {
        clearTimeout(timer);
        resolve(response);
      });
      request.on("error", reject);
      request.on("close", () => {
        clearTimeout(timer);
        this.#open.delete(request);
      });
      request.end(body);
    });
  }
}
