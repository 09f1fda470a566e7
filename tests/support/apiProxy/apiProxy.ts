import { once } from "node:events";
import { writeFileSync } from "node:fs";
import http, {
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type Action, pass } from "./actions.ts";
import { Asked } from "./asked.ts";
import { type Answer, Exchange, headersOf, without } from "./exchange.ts";
import { Link } from "./link.ts";

/** What is read of a kubeconfig, with the data of all files in it (`kubectl config view --raw --flatten`). */
export interface FlatKubeconfig {
  clusters: { name: string; cluster: { server: string; "certificate-authority-data"?: string } }[];
  contexts: { name: string; context: object }[];
  users: { name: string; user: { "client-certificate-data"?: string; "client-key-data"?: string } }[];
}

export interface ProxySettings {
  /** For TLS, as PEM. Without it, HTTP. */
  own?: { certificate: string; key: string };
  /** Name of the context that leads through the proxy. Default: as it was. */
  context?: string;
}

export interface RuleOptions {
  /** For so many requests, then as if it weren't there. Default: for all. */
  times?: number;
  /** The first so many are not for it. */
  after?: number;
  /** Only for requests of which this holds. */
  where?: (asked: Asked) => boolean;
}

/** A rule in force. */
export interface Rule {
  /** What it was done with. */
  readonly hits: readonly Exchange[];
  remove: () => void;
}

/** Of which the user agent says that the component, the command or the forwarder sent them, and not a plugin. */
export function isOurs({ headers }: Asked): boolean {
  return headers["user-agent"] === "init-pod";
}

/**
 * Stands before a real API server, passes all on (watches, followed logs, upgrades to SPDY and WebSockets), and does what it
 * is told with what it is told:
 *
 * ```ts
 * const proxy = await ApiProxy.before(kubeconfig, { own });
 * proxy.writeKubeconfig(path);
 * proxy.when("list pods", refuse(503, "apiserver is starting"), { times: 3, where: isOurs });
 * proxy.when("watch pods", pass({ line: replaying() }));
 * proxy.when("get pods/log", pass({ until: { lines: 5 }, then: "silence" }), { times: 1 });
 * proxy.open("create pods/portforward").forEach((exchange) => exchange.cut());
 * await proxy.cut(20_000); // nothing passes, and nothing is closed
 * await proxy.move(); // to another port, which the kubeconfig names from then on
 * ```
 *
 * Rules are looked through in their order; the first that holds is done, and what none holds for passes as it is. What a
 * rule does is a function of the exchange: those of `actions.ts`, or any other.
 */
export class ApiProxy {
  /** All that was asked, in order. */
  readonly exchanges: Exchange[] = [];
  readonly #rules: { pattern: string; action: Action; options: RuleOptions; seen: number; hits: Exchange[] }[] = [];
  readonly #written = new Set<string>();
  readonly #server: http.Server;
  readonly #config: FlatKubeconfig;
  readonly #settings: ProxySettings;
  #link: Link | undefined;

  private constructor(config: FlatKubeconfig, settings: ProxySettings) {
    this.#config = config;
    this.#settings = settings;
    const { own } = settings;
    const serve = (request: IncomingMessage, response: ServerResponse): void => this.#serve(request, response);
    this.#server = own ? https.createServer({ cert: own.certificate, key: own.key }, serve) : http.createServer(serve);
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Before the API server of the kubeconfig's only cluster. */
  static async before(config: FlatKubeconfig, settings: ProxySettings = {}): Promise<ApiProxy> {
    const proxy = new ApiProxy(config, settings);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    await proxy.#listen();
    return proxy;
  }

  /** Its URL. */
  get server(): string {
    return `http${this.#settings.own ? "s" : ""}://127.0.0.1:${this.#link?.port}`;
  }

  /** The kubeconfig, but for the way through here. */
  get kubeconfig(): string {
    const { own, context } = this.#settings;
    const authority = own && { "certificate-authority-data": Buffer.from(own.certificate).toString("base64") };
    const clusters = this.#config.clusters.map((entry) => ({
      ...entry,
      cluster: { server: this.server, ...authority },
    }));
    const contexts = this.#config.contexts.map((entry) => ({ ...entry, name: context ?? entry.name }));
    return JSON.stringify({ ...this.#config, clusters, contexts, ...(context && { "current-context": context }) });
  }

  /** Writes the kubeconfig, and anew at each move. */
  writeKubeconfig(path: string): void {
    this.#written.add(path);
    writeFileSync(path, this.kubeconfig, { mode: 0o600 });
  }

  /** From now on `action` is done with requests of this `pattern`, such as `watch pods`; see `Asked.matches`. */
  when(pattern: string, action: Action, options: RuleOptions = {}): Rule {
    const rule = { pattern, action, options, seen: 0, hits: [] };
    this.#rules.push(rule);
    return { hits: rule.hits, remove: () => void this.#rules.splice(this.#rules.indexOf(rule), 1) };
  }

  /** What was asked so far. */
  asked(pattern: string): Exchange[] {
    return this.exchanges.filter(({ asked }) => asked.matches(pattern));
  }

  /** Of that, what is still going on: watches, followed logs, upgraded connections, what waits for its answer. */
  open(pattern: string): Exchange[] {
    return this.asked(pattern).filter(({ isOver }) => !isOver);
  }

  /** Passes nothing on for a while and closes nothing, as a network that is cut. */
  async cut(ms: number): Promise<void> {
    await this.#link?.cut(ms);
  }

  /** All connections that stand go on to look so, and lead nowhere. Says how many. */
  lose(): number {
    return this.#link?.lose() ?? 0;
  }

  /** Goes away from its port with all connections. The kubeconfigs that it wrote go on to name it. */
  away(): void {
    this.#link?.close();
  }

  /** Listens on another port, and no more on the one before. The kubeconfigs that it wrote name the new one. */
  async move(): Promise<void> {
    this.#link?.close();
    await this.#listen();
    for (const path of this.#written) this.writeKubeconfig(path);
  }

  close(): void {
    this.#link?.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #listen(): Promise<void> {
    this.#link = await Link.to((this.#server.address() as AddressInfo).port);
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    let passed: ClientRequest | undefined;
    const ask = async (): Promise<Answer> => {
      passed = this.#requestAs(request);
      request.pipe(passed);
      const [body] = (await once(passed, "response")) as [IncomingMessage];
      return { status: body.statusCode ?? 502, headers: headersOf(body), body };
    };
    const begin = (status: number, headers: OutgoingHttpHeaders): void =>
      response.writeHead(status, headers).flushHeaders();
    this.#handle(new Exchange(new Asked(request), { client: response, begin, ask, drop: () => passed?.destroy() }));
  }

  /** The API server's answer may be an upgrade, after which bytes go both ways, or a refusal as to any request. */
  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    let passed: ClientRequest | undefined;
    socket.on("error", () => undefined);
    const ask = async (): Promise<Answer> => {
      passed = this.#requestAs(request);
      passed.end();
      const upgraded = once(passed, "upgrade") as Promise<[IncomingMessage, Duplex, Buffer]>;
      const [body, far, first] = await Promise.race([upgraded, once(passed, "response") as Promise<[IncomingMessage]>]);
      if (far === undefined) {
        // Its end is the connection's, as it goes out without the framing that it came in with.
        const headers = { ...without(headersOf(body), "transfer-encoding"), connection: "close" };
        return { status: body.statusCode ?? 502, headers, body };
      }
      far.on("error", () => socket.destroy());
      socket.once("close", () => far.destroy());
      far.write(head);
      socket.pipe(far);
      far.unshift(first);
      return { status: 101, headers: { ...body.headers }, body: far };
    };
    const begin = (status: number, headers: OutgoingHttpHeaders): void => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
      socket.write(`HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n`);
    };
    this.#handle(new Exchange(new Asked(request), { client: socket, begin, ask, drop: () => passed?.destroy() }));
  }

  #handle(exchange: Exchange): void {
    this.exchanges.push(exchange);
    const action = this.#actionFor(exchange);
    void action(exchange);
  }

  #actionFor(exchange: Exchange): Action {
    for (const rule of this.#rules) {
      const { times = Infinity, after = 0, where = () => true } = rule.options;
      if (!exchange.asked.matches(rule.pattern) || !where(exchange.asked) || rule.hits.length >= times) continue;
      if (rule.seen++ < after) continue;
      rule.hits.push(exchange);
      return rule.action;
    }
    return pass();
  }

  /** The same request to the API server, as the kubeconfig's user where that is known by a certificate. */
  #requestAs({ method, url = "/", headers, headersDistinct }: IncomingMessage): ClientRequest {
    const { server, "certificate-authority-data": authority } = this.#config.clusters[0]?.cluster ?? { server: "" };
    const { "client-certificate-data": cert, "client-key-data": key } = this.#config.users[0]?.user ?? {};
    const target = new URL(url, server);
    // One line for each: joined they would be one group with a comma in its name.
    const groups = headersDistinct["impersonate-group"];
    const all = groups === undefined ? headers : { ...headers, "impersonate-group": groups };
    const options = { method, headers: without(all, "accept-encoding"), agent: false as const };
    const request =
      target.protocol === "http:"
        ? http.request(target, options)
        : https.request(target, { ...options, ca: decoded(authority), cert: decoded(cert), key: decoded(key) });
    request.on("error", () => undefined);
    return request;
  }
}

function decoded(data: string | undefined): Buffer | undefined {
  return data === undefined ? undefined : Buffer.from(data, "base64");
}
