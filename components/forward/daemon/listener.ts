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
  #closed = false;
  #error: string | undefined;

  constructor(
    readonly port: number,
    serve: (socket: Socket) => void,
    private readonly changed: () => void,
  ) {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
      serve(socket);
    });
    this.#server.maxConnections = mostConnections;
    this.#server.on("error", (error: NodeJS.ErrnoException) => this.#failed(error));
    this.#server.on("listening", () => {
      this.#error = undefined;
      this.changed();
    });
    this.#listen();
  }

  get listening(): boolean {
    return this.#server.listening;
  }

  get error(): string | undefined {
    return this.#error;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  /** Frees the port at once. Connections that are open get `graceMs` to end by themselves. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await within(graceMs, closed, () => {
      for (const socket of this.#sockets) socket.destroy();
      return closed;
    });
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
