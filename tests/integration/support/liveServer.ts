import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { bridgeAddress } from "../../../sandbox/cluster/constants.ts";

/** Of the application's own range: what a client must get as it is. */
export const goodbye = { word: "goodbye", code: 4321, reason: "as you wish" } as const;

/** Server-sent events, one at a time as the test wants them, and a WebSocket that echoes. Only Pods get to it. */
export class LiveServer {
  readonly #streams = new Set<ServerResponse>();
  readonly #http = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    this.#streams.add(response);
    response.once("close", () => this.#streams.delete(response));
  });
  readonly #webSockets = new WebSocketServer({ server: this.#http });

  static async start(): Promise<LiveServer> {
    const server = new LiveServer();
    server.#webSockets.on("connection", (socket) => {
      socket.on("message", (data: Buffer, isBinary) => {
        if (data.toString() === goodbye.word) socket.close(goodbye.code, goodbye.reason);
        else socket.send(data, { binary: isBinary });
      });
    });
    server.#http.listen(0, bridgeAddress);
    await once(server.#http, "listening");
    return server;
  }

  get url(): string {
    return `http://${bridgeAddress}:${(this.#http.address() as AddressInfo).port}`;
  }

  /** How many clients listen to events. */
  get listeners(): number {
    return this.#streams.size;
  }

  /** Sends an event to each client that listens. */
  send(data: string): void {
    for (const stream of this.#streams) stream.write(`data: ${data}\n\n`);
  }

  close(): void {
    this.#webSockets.close();
    this.#http.closeAllConnections();
    this.#http.close();
  }
}
