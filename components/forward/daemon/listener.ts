import { createServer, type Server, type Socket } from "node:net";
import { listenAddress } from "../../contract";
import { within } from "../../time";

const firstRetryMs = 50;
const longestRetryMs = 1_000;
const mostConnections = 2_000;

/** A listening port that waits until the port is free, and says meanwhile why it does not listen. */
export class Listener {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #retry: NodeJS.Timeout | undefined;
  #retryMs = firstRetryMs;
  /** Whether it has the port no more: it was given up, or to another listener. */
  #closed = false;
  #error: string | undefined;

  /** `predecessor`: one of the same port that serves no new client from now on, so that none is refused in between. */
  constructor(
    readonly port: number,
    serve: (socket: Socket) => void,
    private readonly changed: () => void,
    predecessor?: Listener,
  ) {
    this.#server = predecessor?.port === port ? predecessor.#handOver() : createServer({ allowHalfOpen: true });
    this.#server.maxConnections = mostConnections;
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
      serve(socket);
    });
    this.#server.on("error", (error: NodeJS.ErrnoException) => this.#failed(error));
    this.#server.on("listening", () => {
      this.#error = undefined;
      this.changed();
    });
    if (!this.#server.listening) this.#listen();
  }

  get listening(): boolean {
    return !this.#closed && this.#server.listening;
  }

  get error(): string | undefined {
    return this.#error;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  /** Frees the port at once, unless another listener has it. Connections that are open get `graceMs` to end by themselves. */
  async close(graceMs: number): Promise<void> {
    if (!this.#closed) this.#server.close();
    this.#closed = true;
    clearTimeout(this.#retry);
    const ended = Promise.all(
      [...this.#sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve))),
    );
    await within(graceMs, ended, () => {
      for (const socket of this.#sockets) socket.destroy();
      return ended;
    });
  }

  #handOver(): Server {
    this.#closed = true;
    clearTimeout(this.#retry);
    for (const event of ["connection", "error", "listening"]) this.#server.removeAllListeners(event);
    return this.#server;
  }

  #listen(): void {
    this.#server.listen({ port: this.port, host: listenAddress, exclusive: true });
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (this.#closed) return;
    const message = error.code ?? error.message;
    if (this.#server.listening) return; // Out of descriptors, say: it goes on with those that end.
    const isNew = this.#error !== message;
    this.#error = message;
    if (isNew) this.changed();
    this.#retry = setTimeout(() => this.#listen(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs);
  }
}
