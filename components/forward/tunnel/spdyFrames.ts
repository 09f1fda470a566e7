/**
 * The part of SPDY/3.1 that port-forwarding takes. The API server still speaks it for `exec`, `attach` and `portforward`,
 * and no library for it is kept up.
 * Source: https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/
 */

const version = 0x8003;
const headBytes = 8;
const types = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7 } as const;
const finFlag = 0x01;
const cancelStatus = 5;
/** A control frame is a few hundred bytes; more would be kept in memory for a broken server. */
const longestControl = 64 * 1024;

/** What a server's frames say. */
export interface FrameEvents {
  /** Part of a stream's data: a large frame comes in as many parts as the connection brings. */
  data(stream: number, part: Buffer): void;
  /** The server sends no more on this stream. */
  fin(stream: number): void;
  reply(stream: number): void;
  reset(stream: number): void;
  ping(id: number): void;
  goAway(): void;
}

/** Reads the frames of a connection as its bytes come, without waiting for whole ones. */
export class FrameReader {
  readonly #head = Buffer.alloc(headBytes);
  #headFilled = 0;
  /** Bytes of the frame's body that are still to come. */
  #left = 0;
  #control: Buffer[] = [];

  constructor(private readonly events: FrameEvents) {}

  /** @throws {Error} for bytes that can't be SPDY. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#headFilled < headBytes) {
        const taken = chunk.copy(this.#head, this.#headFilled, at, at + headBytes - this.#headFilled);
        this.#headFilled += taken;
        at += taken;
        if (this.#headFilled < headBytes) return;
        this.#left = this.#head.readUIntBE(5, 3);
        if (this.#isControl && this.#left > longestControl) throw new Error("an oversized SPDY control frame");
      } else {
        const part = chunk.subarray(at, at + this.#left);
        at += part.length;
        this.#left -= part.length;
        if (this.#isControl) this.#control.push(part);
        else this.events.data(this.#stream, part);
      }
      if (this.#left === 0) this.#end();
    }
  }

  get #isControl(): boolean {
    return (this.#head.readUInt8(0) & 0x80) !== 0;
  }

  get #stream(): number {
    return this.#head.readUInt32BE(0) & 0x7fffffff;
  }

  #end(): void {
    this.#headFilled = 0;
    const isFin = (this.#head.readUInt8(4) & finFlag) !== 0;
    if (!this.#isControl) {
      if (isFin) this.events.fin(this.#stream);
      return;
    }
    if (this.#head.readUInt16BE(0) !== version) throw new Error("an answer that is no SPDY/3.1");
    const body = Buffer.concat(this.#control);
    this.#control = [];
    // The first field of each control frame is the number of its stream, or of the ping.
    const id = body.length >= 4 ? body.readUInt32BE(0) & 0x7fffffff : 0;
    const type = this.#head.readUInt16BE(2);
    if (type === types.synReply) {
      this.events.reply(id);
      if (isFin) this.events.fin(id);
    } else if (type === types.rstStream) this.events.reset(id);
    else if (type === types.ping) this.events.ping(id);
    else if (type === types.goAway) this.events.goAway();
    // Settings, windows and headers say nothing to a client that ends with its one Pod.
  }
}

/** As many digits as the largest number of a stream has. */
const idDigits = 10;
const zlibHead = Buffer.from([0x78, 0x01]);
/** As of a flush: without it a reader looks for the next block before it hands out the last. */
const emptyBlock = storedBlock(Buffer.alloc(0));

/**
 * Writes frames. One per connection, as the headers of all streams share one zlib stream: its first block starts with
 * zlib's own two bytes, and all are stored uncompressed, which spares a compressor and its memory for a hundred bytes.
 * Source: https://www.rfc-editor.org/rfc/rfc1951#page-11
 */
export class FrameWriter {
  #isFirst = true;
  /** The last pair: the next one mostly differs in its numbers alone. */
  #last: { port: number; error: Buffer; data: Buffer } | undefined;

  /**
   * Opens the two streams of a connection to a Pod's port: one on which the node says what goes wrong, one for the bytes.
   * Source: https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/client-go/tools/portforward/portforward.go
   */
  openPair(port: number, errorStream: number, dataStream: number): Buffer {
    if (this.#last?.port !== port) {
      const headers = { port: String(port), requestid: "0".repeat(idDigits) };
      const error = synStream({ streamtype: "error", ...headers }, true);
      this.#last = { port, error, data: synStream({ streamtype: "data", ...headers }, false) };
    }
    const { error, data } = this.#last;
    const requestId = String(errorStream).padStart(idDigits, "0");
    numberSynStream(error, errorStream, requestId);
    numberSynStream(data, dataStream, requestId);
    if (!this.#isFirst) return Buffer.concat([error, data]);
    this.#isFirst = false;
    return Buffer.concat([startingZlib(error), data]);
  }

  data(stream: number, chunk: Buffer): Buffer {
    const frame = Buffer.allocUnsafe(headBytes + chunk.length);
    frame.writeUInt32BE(stream, 0);
    frame.writeUInt32BE(chunk.length, 4);
    chunk.copy(frame, headBytes);
    return frame;
  }

  fin(stream: number): Buffer {
    const frame = Buffer.alloc(headBytes);
    frame.writeUInt32BE(stream, 0);
    frame.writeUInt8(finFlag, 4);
    return frame;
  }

  reset(stream: number): Buffer {
    const body = Buffer.alloc(8);
    body.writeUInt32BE(stream, 0);
    body.writeUInt32BE(cancelStatus, 4);
    return control(types.rstStream, 0, body);
  }

  ping(id: number): Buffer {
    const body = Buffer.alloc(4);
    body.writeUInt32BE(id, 0);
    return control(types.ping, 0, body);
  }
}

function control(type: number, flags: number, body: Buffer): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt16BE(version, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(body.length, 4);
  head.writeUInt8(flags, 4);
  return Buffer.concat([head, body]);
}

/** Of stream 0: `numberSynStream` puts its number and that of its connection in. */
function synStream(headers: Readonly<Record<string, string>>, fin: boolean): Buffer {
  const start = Buffer.alloc(10);
  return control(
    types.synStream,
    fin ? finFlag : 0,
    Buffer.concat([start, storedBlock(headerBlock(headers)), emptyBlock]),
  );
}

/** The id of the connection is the last of the headers. */
function numberSynStream(frame: Buffer, stream: number, requestId: string): void {
  frame.writeUInt32BE(stream, headBytes);
  frame.write(requestId, frame.length - emptyBlock.length - idDigits, "latin1");
}

/** The same frame as the first of its connection. */
function startingZlib(frame: Buffer): Buffer {
  const blocks = headBytes + 10;
  const first = Buffer.concat([frame.subarray(0, blocks), zlibHead, frame.subarray(blocks)]);
  first.writeUIntBE(first.length - headBytes, 5, 3);
  return first;
}

function storedBlock(content: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt16LE(content.length, 1);
  head.writeUInt16LE(~content.length & 0xffff, 3);
  return Buffer.concat([head, content]);
}

function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(headers);
  return Buffer.concat([
    count(pairs.length),
    ...pairs.flat().flatMap((text) => [count(text.length), Buffer.from(text)]),
  ]);
}

function count(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value, 0);
  return bytes;
}
