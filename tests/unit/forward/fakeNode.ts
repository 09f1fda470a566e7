import { connect, type Socket } from "node:net";
import { constants, inflateSync } from "node:zlib";

const frameHead = 8;
const fin = 1;
/** What containerd leaves the other direction once one has ended. */
const lingerMs = 1_000;

interface Pair {
  data?: number;
  error?: number;
  app?: Socket;
}

/**
 * The node's side of a port-forward: reads SPDY frames, connects each pair of streams to a server on this machine, and
 * ends them as containerd does. Its reading shares no code with what it tests.
 */
export class FakeNode {
  /** Pairs whose streams have both come. */
  connections = 0;
  readonly #pairs = new Map<string, Pair>();
  readonly #byStream = new Map<number, Pair>();
  #unread = Buffer.alloc(0);
  #compressed = Buffer.alloc(0);
  #headerBytes = 0;

  constructor(
    private readonly socket: Socket,
    private readonly appPort: () => number,
  ) {
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      for (const { app } of this.#pairs.values()) app?.destroy();
    });
  }

  /** Whether the other side has ended. */
  get isLeft(): boolean {
    return this.socket.readableEnded;
  }

  cut(): void {
    this.socket.destroy();
  }

  /** Says nothing any more and closes nothing, as a node that the network has lost. */
  vanish(): void {
    this.socket.removeAllListeners("data").resume();
  }

  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    while (this.#unread.length >= frameHead) {
      const length = this.#unread.readUIntBE(5, 3);
      if (this.#unread.length < frameHead + length) return;
      const [first, flags] = [this.#unread.readUInt32BE(0), this.#unread.readUInt8(4)];
      const body = this.#unread.subarray(frameHead, frameHead + length);
      this.#unread = this.#unread.subarray(frameHead + length);
      if (first === 0x80030001) this.#synStream(body);
      else if (first === 0x80030003) this.#byStream.get(body.readUInt32BE(0))?.app?.destroy();
      else if (first === 0x80030006) this.#control(6, body);
      else this.#data(first, flags, body);
    }
  }

  #synStream(body: Buffer): void {
    const stream = body.readUInt32BE(0);
    const headers = this.#headers(body.subarray(10));
    const id = headers.requestid ?? "";
    const pair = this.#pairs.get(id) ?? {};
    this.#pairs.set(id, pair);
    this.#byStream.set(stream, pair);
    pair[headers.streamtype as "data" | "error"] = stream;
    const reply = Buffer.alloc(4);
    reply.writeUInt32BE(stream, 0);
    this.#control(2, reply);
    if (pair.data !== undefined && pair.error !== undefined) this.#connect(pair, pair.data, pair.error);
  }

  /** All headers of a connection are one zlib stream: what is new comes after what was there. */
  #headers(block: Buffer): Record<string, string> {
    this.#compressed = Buffer.concat([this.#compressed, block]);
    const plain = inflateSync(this.#compressed, { finishFlush: constants.Z_SYNC_FLUSH });
    let at = this.#headerBytes;
    this.#headerBytes = plain.length;
    const number = (): number => {
      at += 4;
      return plain.readUInt32BE(at - 4);
    };
    const text = (): string => {
      const length = number();
      at += length;
      return plain.toString("utf8", at - length, at);
    };
    return Object.fromEntries(Array.from({ length: number() }, () => [text(), text()]));
  }

  #connect(pair: Pair, data: number, error: number): void {
    this.connections++;
    const app = connect({ port: this.appPort(), host: "127.0.0.1", allowHalfOpen: true });
    pair.app = app;
    app.on("data", (chunk) => {
      this.#frame(data, 0, chunk);
      if (this.socket.writableLength < 65_536) return;
      app.pause();
      this.socket.once("drain", () => app.resume());
    });
    let message = "";
    app.on("error", (failure) => (message = failure.message));
    app.on("end", () => app.destroy());
    app.on("close", () => {
      this.connections--;
      this.socket.resume();
      this.#frame(data, fin, Buffer.alloc(0));
      if (message === "") {
        this.#frame(error, fin, Buffer.alloc(0));
        return;
      }
      this.#frame(error, 0, Buffer.from(message));
      const reset = Buffer.alloc(8);
      reset.writeUInt32BE(error, 0);
      this.#control(3, reset);
    });
  }

  #data(stream: number, flags: number, body: Buffer): void {
    const pair = this.#byStream.get(stream);
    if (stream !== pair?.data || pair.app === undefined || pair.app.destroyed) return;
    if (body.length > 0 && !pair.app.write(body)) {
      this.socket.pause();
      pair.app.once("drain", () => this.socket.resume());
    }
    if ((flags & fin) === 0) return;
    const { app } = pair;
    app.end(() => setTimeout(() => app.destroy(), lingerMs).unref());
  }

  #control(type: number, body: Buffer): void {
    const head = Buffer.alloc(frameHead);
    head.writeUInt32BE(0x80030000 + type, 0);
    head.writeUInt32BE(body.length, 4);
    this.#write(Buffer.concat([head, body]));
  }

  #frame(stream: number, flags: number, body: Buffer): void {
    const head = Buffer.alloc(frameHead);
    head.writeUInt32BE(stream, 0);
    head.writeUInt32BE(body.length, 4);
    head.writeUInt8(flags, 4);
    this.#write(Buffer.concat([head, body]));
  }

  #write(bytes: Buffer): void {
    if (this.socket.writable) this.socket.write(bytes);
  }
}
