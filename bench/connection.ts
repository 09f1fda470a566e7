import { connect, type Socket } from "node:net";

/** Longer than any forwarder holds a request back. */
const silenceMs = 10_000;

/** A connection that asks for one page at a time. On bare sockets: Node's own HTTP client would be slower than what it measures. */
export class Connection {
  readonly #url: URL;
  readonly #keepAlive: boolean;
  readonly #socket: Socket;
  #start = Buffer.alloc(0);
  /** Bytes of the body that are still to come; `undefined` while the head is read. */
  #left: number | undefined;
  #length = 0;
  #pending: { resolve: (bytes: number) => void; reject: (error: Error) => void } | undefined;
  #reusable = true;

  constructor(url: URL, keepAlive: boolean) {
    this.#url = url;
    this.#keepAlive = keepAlive;
    this.#socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    this.#socket.setTimeout(silenceMs, () => this.#end(new Error(`no answer for ${silenceMs} ms`)));
    this.#socket.on("data", (chunk) => this.#read(chunk));
    this.#socket.on("error", (error) => this.#end(error));
    this.#socket.on("close", () => this.#end(new Error("closed before the answer was whole")));
  }

  /** Whether the connection can take another request. nginx closes it after 1,000, and says so. */
  get reusable(): boolean {
    return this.#reusable;
  }

  /** The length of the answer's body. Rejects for any status but 200, and for an answer that is not whole. */
  get(): Promise<number> {
    const { pathname, host } = this.#url;
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      const connection = this.#keepAlive ? "keep-alive" : "close";
      this.#socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: ${connection}\r\n\r\n`);
    });
  }

  close(): void {
    this.#reusable = false;
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#left === undefined) {
      this.#start = Buffer.concat([this.#start, chunk]);
      const end = this.#start.indexOf("\r\n\r\n");
      if (end === -1) return;
      const head = this.#start.toString("latin1", 0, end);
      if (!head.startsWith("HTTP/1.1 200 ")) {
        this.#end(new Error(head.split("\r\n", 1)[0]));
        return;
      }
      if (/^connection: close/im.test(head)) this.#reusable = false;
      this.#length = Number(/^content-length: (\d+)/im.exec(head)?.[1]);
      this.#left = this.#length - (this.#start.length - end - 4);
    } else {
      this.#left -= chunk.length;
    }
    if (this.#left > 0) return;
    this.#start = Buffer.alloc(0);
    this.#left = undefined;
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.resolve(this.#length);
    if (!this.#reusable) this.close();
  }

  #end(error: Error): void {
    this.close();
    this.#pending?.reject(error);
    this.#pending = undefined;
  }
}
