import { createServer as createHttpServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { ClusterAccess } from "../../../../../components/cluster/api/access.ts";
import { ClusterClient } from "../../../../../components/cluster/api/client.ts";
import { dialSpdy } from "../../../../../components/forward/tunnel/dial.ts";
import { dialWebSocket } from "../../../../../components/forward/tunnel/webSocketConnection.ts";
import type { Certificate } from "../../../loopbackCertificate.ts";

/** What a server got to see of a request. */
export interface Seen {
  path: string;
  authorization?: string;
  /** Headers of whom the request is made as. */
  as?: Record<string, string | string[]>;
  /** Subject of the client's certificate. */
  certificate?: string;
  /** The name by which the client asks for the server's certificate. */
  name?: string;
  /** How an answer may be compressed. */
  encoding?: string;
}

/** An API server that writes down what it gets to see, and knows neither rights nor wrongs. */
export class Recorder {
  readonly seen: Seen[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();

  constructor(private readonly certificate?: Certificate) {
    this.#server =
      certificate === undefined
        ? createHttpServer()
        : createTlsServer({ ...certificate, requestCert: true, rejectUnauthorized: false });
    this.#server.on("request", (request: IncomingMessage, response: { end: (text: string) => void }) => {
      this.seen.push(seenOf(request));
      response.end("{}");
    });
    this.#server.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
      this.seen.push(seenOf(request));
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      // A WebSocket is refused: what it was asked with is known by then.
      socket.end(
        request.headers.upgrade === "websocket"
          ? "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
          : "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n",
      );
    });
  }

  async start(): Promise<this> {
    await listening(this.#server);
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.certificate === undefined ? "http" : "https"}://127.0.0.1:${this.port}`;
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function seenOf(request: IncomingMessage): Seen {
  const { headers, url = "" } = request;
  const socket = request.socket as Partial<TLSSocket>;
  const values = request.headersDistinct;
  const as = Object.keys(values)
    .filter((name) => name.startsWith("impersonate-"))
    .map((name) => [name.slice("impersonate-".length), (values[name] ?? []).map(asText)] as const);
  return JSON.parse(
    JSON.stringify({
      path: url.replace(/\?.*/, ""),
      authorization: headers.authorization,
      as: as.length === 0 ? undefined : Object.fromEntries(as),
      certificate: subjectOf(socket),
      name: typeof socket.servername === "string" ? socket.servername : undefined,
      encoding: headers["accept-encoding"],
    }),
  ) as Seen;
}

/** A client without a certificate has an empty one, without a subject. */
function subjectOf(socket: Partial<TLSSocket>): string | undefined {
  const { subject } = (socket.getPeerCertificate?.() ?? {}) as { subject?: { CN?: string } };
  return subject?.CN;
}

/** A header's bytes, as a program in Go reads them. */
function asText(header: string): string {
  return Buffer.from(header, "latin1").toString("utf8");
}

/**
 * What a server sees of each kind of request that is made with a kubeconfig: those of `up` and `status`, which are the same,
 * and both kinds of the forward. The paths of the latter are left out.
 */
export async function requestsWith(access: ClusterAccess, server: Recorder): Promise<[Seen, Omit<Seen, "path">[]]> {
  const before = server.seen.length;
  const client = await ClusterClient.connect(access);
  try {
    await client.json("/version");
    await client.authorized(async (options) => (await dialSpdy(client.server, target, options)).destroy());
    await client.authorized((options) => dialWebSocket(client.server, target, options).catch(() => undefined));
  } finally {
    client.close();
  }
  const [first, ...forwards] = server.seen.slice(before);
  if (first === undefined) throw new Error("the server saw nothing");
  return [first, forwards.map((seen) => ({ ...seen, path: undefined }))];
}

const target = { namespace: "shop", pod: "web", port: 80 };

async function listening(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}
