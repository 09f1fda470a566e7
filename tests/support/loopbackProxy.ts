import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server as TcpServer,
  type Socket,
} from "node:net";
import type { Duplex } from "node:stream";

/** A proxy that leads each name to this machine, and writes down what it was asked for. */
export class LoopbackProxy {
  readonly asked: string[] = [];
  readonly #sockets = new Set<Duplex>();

  private constructor(
    private readonly scheme: string,
    private readonly server: Server | TcpServer,
  ) {
    server.on("connection", (socket: Socket) => this.#keep(socket));
  }

  /** For HTTP; for HTTPS with a certificate. */
  static async http(certificate?: { cert: string; key: string }): Promise<LoopbackProxy> {
    const server = certificate === undefined ? createHttpServer() : createTlsServer({ ...certificate });
    const proxy = new LoopbackProxy(certificate === undefined ? "http" : "https", server);
    server.on("connect", (request, socket: Duplex) => {
      const credentials = request.headers["proxy-authorization"];
      proxy.asked.push([request.url, credentials].filter(Boolean).join(" "));
      proxy.#join(socket, Number(request.url?.split(":").pop()), "HTTP/1.1 200 Connection established\r\n\r\n");
    });
    await listening(server);
    return proxy;
  }

  static async socks(): Promise<LoopbackProxy> {
    const server = createTcpServer((socket) => {
      socket.once("data", () => {
        socket.write(Buffer.from([5, 0]));
        socket.once("data", (request) => {
          // Version, command, 0, kind of address; 3 is a name with its length before it.
          const length = request[3] === 3 ? (request[4] ?? 0) : 0;
          const name = length === 0 ? "(an address)" : request.toString("utf8", 5, 5 + length);
          const port = request.readUInt16BE(request.length - 2);
          proxy.asked.push(`${name}:${port}`);
          proxy.#join(socket, port, Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
        });
      });
    });
    const proxy = new LoopbackProxy("socks5", server);
    await listening(server);
    return proxy;
  }

  url(user = ""): string {
    return `${this.scheme}://${user}localhost:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
  }

  #join(socket: Duplex, port: number, greeting: string | Buffer): void {
    const far = connect(port, "127.0.0.1", () => {
      socket.write(greeting);
      socket.pipe(far).pipe(socket);
    });
    this.#keep(far);
    far.on("close", () => socket.destroy());
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
  }
}

async function listening(server: Server | TcpServer): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}
