import type { Duplex } from "node:stream";
import type { PodConnection, PodEnd, PodEvents } from "./podConnection";
import { DialError } from "./errors";
import { FrameReader, FrameWriter } from "./spdyFrames";

const pingIntervalMs = 20_000;
const openTimeoutMs = 10_000;
/**
 * A session may have died without a word, as in a sleep of the machine. Longest silence after it was asked for something:
 * where that would cut no client, and where it would.
 */
const silenceMs = { free: 1_000, held: 3_000 } as const;
/** Of a node's error text. */
const longestError = 4_096;
/** For how long a node may take to say why it ended a connection. */
const errorTextMs = 500;

/** What one client of several may leave unread before its session waits for it, and for how long it waits then. */
const sharedUnread = 256 * 1024;
const sharedStallMs = 2_000;

/**
 * One upgraded connection to the node of a Pod. Connections to the Pod's ports are pairs of streams in it, and cost no
 * handshake. The protocol as Kubernetes speaks it has no windows, so a client that does not read holds up its whole
 * session. One that has it for itself may do so; one of several is cut in the end.
 */
export class PodSession {
  readonly #writer = new FrameWriter();
  readonly #reader: FrameReader;
  /** By the number of either stream. */
  readonly #pairs = new Map<number, Pair>();
  readonly #pinger: NodeJS.Timeout;
  #nextStream = 1;
  #nextPing = 1;
  #pongDue = false;
  #heardAt = performance.now();
  #wasPaused = false;
  readonly #holders = new Set<Pair>();
  /** Those whose clients don't read. */
  readonly #stalled = new Map<Pair, NodeJS.Timeout | undefined>();
  #corked = false;
  #closed = false;

  constructor(
    private readonly socket: Duplex,
    /** Told when the session has no client any more, and when it is closed. */
    private readonly changed: () => void,
  ) {
    this.#reader = new FrameReader({
      data: (stream, part) => this.#pairs.get(stream)?.received(stream, part),
      fin: (stream) => this.#pairs.get(stream)?.finished(stream),
      reply: (stream) => this.#pairs.get(stream)?.replied(stream),
      reset: (stream) => this.#pairs.get(stream)?.wasReset(stream),
      ping: (id) => this.#pinged(id),
      goAway: () => socket.destroy(),
    });
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("drain", () => {
      for (const pair of this.#holders) pair.drained();
    });
    socket.on("error", () => undefined);
    socket.on("end", () => socket.destroy());
    socket.once("close", () => this.#close());
    this.#pinger = setInterval(() => this.#ping(), pingIntervalMs);
  }

  /** How many clients hold it. */
  get clients(): number {
    return this.#holders.size;
  }

  /** Whether a client does not read, so that others would wait for it. */
  get isStalled(): boolean {
    return this.#stalled.size > 0;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /**
   * Opens a connection to a port of the Pod, on a session that has just been made (`isNew`) or was used or kept ready.
   * @throws {DialError} where the node refuses, or the session breaks before it has answered.
   */
  async open(port: number, isNew: boolean): Promise<PodConnection> {
    const errorStream = this.#nextStream;
    const dataStream = errorStream + 2;
    this.#nextStream += 4;
    const pair = new Pair(this, errorStream, dataStream);
    const silence = isNew ? undefined : this.#expectWord();
    this.#holders.add(pair);
    this.#pairs.set(errorStream, pair);
    this.#pairs.set(dataStream, pair);
    const headers = { port: String(port), requestid: String(errorStream) };
    this.#send(this.#writer.synStream(errorStream, { streamtype: "error", ...headers }, true));
    this.#send(this.#writer.synStream(dataStream, { streamtype: "data", ...headers }, false));
    const timer = setTimeout(() => this.socket.destroy(), openTimeoutMs);
    try {
      // What is sent before the node has replied is lost.
      await pair.opened;
    } finally {
      clearTimeout(timer);
      clearTimeout(silence);
    }
    return pair;
  }

  /** Closes itself soon unless the node still answers. */
  check(): void {
    this.#expectWord();
    this.#sendPing();
  }

  close(): void {
    this.socket.destroy();
  }

  /** For pairs, as all below. */
  write(stream: number, chunk: Buffer): boolean {
    return this.#send(this.#writer.data(stream, chunk));
  }

  fin(stream: number): void {
    this.#send(this.#writer.fin(stream));
  }

  pause(pair: Pair, unread: number): void {
    const isShared = this.#holders.size > 1;
    if (!this.#holders.has(pair) || this.#stalled.has(pair) || (isShared && unread < sharedUnread)) return;
    this.#stalled.set(pair, isShared ? setTimeout(() => this.#stalledLong(pair), sharedStallMs) : undefined);
    this.#wasPaused = true;
    this.socket.pause();
  }

  resume(pair: Pair): void {
    clearTimeout(this.#stalled.get(pair));
    this.#stalled.delete(pair);
    if (this.#stalled.size === 0) this.socket.resume();
  }

  leave(pair: Pair): void {
    if (!this.#holders.delete(pair)) return;
    this.resume(pair);
    if (this.#holders.size === 0) this.changed();
  }

  /** Drops whatever still comes for these streams. */
  forget(streams: readonly number[], isReset: boolean): void {
    for (const stream of streams) {
      this.#pairs.delete(stream);
      if (isReset) this.#send(this.#writer.reset(stream));
    }
  }

  #stalledLong(pair: Pair): void {
    // The others may be gone by then.
    if (this.#holders.size > 1) pair.cut();
  }

  /** What several clients send at the same moment leaves in one packet. */
  #send(frame: Buffer): boolean {
    if (this.#closed) return true;
    if (!this.#corked) {
      this.#corked = true;
      this.socket.cork();
      setImmediate(() => {
        this.#corked = false;
        this.socket.uncork();
      });
    }
    return this.socket.write(frame);
  }

  #expectWord(): NodeJS.Timeout {
    const askedAt = performance.now();
    const listen = (): void => {
      // While a client does not read, nothing is heard.
      if (this.#heardAt < askedAt && !this.socket.isPaused()) this.socket.destroy();
    };
    // What came while this process was busy, or stopped, is read after the timers and before that.
    return setTimeout(() => setImmediate(listen), this.#holders.size === 0 ? silenceMs.free : silenceMs.held);
  }

  #read(chunk: Buffer): void {
    this.#pongDue = false;
    this.#heardAt = performance.now();
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.socket.destroy(error as Error);
    }
  }

  #ping(): void {
    // A machine that slept, or a proxy that forgot the connection, leaves one that looks open. While a client does not
    // read, no answer to a ping is read either.
    if (this.#pongDue && !this.#wasPaused) this.socket.destroy();
    this.#wasPaused = this.socket.isPaused();
    this.#pongDue = true;
    this.#sendPing();
  }

  #sendPing(): void {
    this.#send(this.#writer.ping(this.#nextPing));
    this.#nextPing += 2;
  }

  #pinged(id: number): void {
    // Even numbers are the server's own.
    if (id % 2 === 0) this.#send(this.#writer.ping(id));
  }

  #close(): void {
    this.#closed = true;
    clearInterval(this.#pinger);
    for (const pair of new Set(this.#pairs.values())) pair.lost();
    this.#pairs.clear();
    this.changed();
  }
}

/** The two streams of a connection: one for its bytes, one on which the node says what goes wrong. */
class Pair implements PodConnection {
  readonly opened: Promise<void>;
  #open: (() => void) | undefined;
  #refuse: ((message: string) => void) | undefined;
  #events: PodEvents | undefined;
  /** What came before somebody listened. */
  #early: ((events: PodEvents) => void)[] = [];
  #errorText = "";
  #dataEnd: "closed" | "lost" | undefined;
  #patience: NodeJS.Timeout | undefined;
  #sentEnd = false;
  #done = false;

  constructor(
    private readonly session: PodSession,
    private readonly errorStream: number,
    private readonly dataStream: number,
  ) {
    this.opened = new Promise((resolve, reject) => {
      this.#open = resolve;
      this.#refuse = (message) => reject(new DialError(message));
    });
  }

  attach(events: PodEvents): void {
    this.#events = events;
    for (const event of this.#early.splice(0)) event(events);
  }

  write(chunk: Buffer): boolean {
    return this.#done || this.session.write(this.dataStream, chunk);
  }

  pause(unread: number): void {
    this.session.pause(this, unread);
  }

  resume(): void {
    this.session.resume(this);
  }

  end(): void {
    if (this.#sentEnd) return;
    this.#sentEnd = true;
    this.session.fin(this.dataStream);
  }

  abandon(): void {
    if (this.#done) return;
    this.#leave();
    this.session.forget([this.errorStream, this.dataStream], true);
  }

  yield(): void {
    this.session.leave(this);
  }

  /** Ends it for the sake of the others. */
  cut(): void {
    if (this.#done) return;
    this.abandon();
    this.#emit((events) => events.ended({ kind: "lost" }));
  }

  drained(): void {
    this.#events?.drained();
  }

  replied(stream: number): void {
    if (stream !== this.dataStream) return;
    this.#open?.();
    this.#refuse = undefined;
  }

  received(stream: number, part: Buffer): void {
    if (stream === this.dataStream) this.#emit((events) => events.data(part));
    else if (this.#errorText.length < longestError) this.#errorText += part.toString("utf8");
  }

  finished(stream: number): void {
    if (stream === this.dataStream) this.#dataEnded("closed");
    else this.#errorEnded();
  }

  wasReset(stream: number): void {
    if (stream === this.dataStream) this.#dataEnded("lost");
    else this.#errorEnded();
  }

  lost(): void {
    this.#dataEnd ??= "lost";
    this.#finish();
  }

  /** The node ends the data before it says on the other stream what went wrong. */
  #dataEnded(end: "closed" | "lost"): void {
    this.#dataEnd ??= end;
    this.#patience ??= setTimeout(() => this.#finish(), errorTextMs);
  }

  #errorEnded(): void {
    this.#dataEnd ??= "lost";
    this.#finish();
  }

  #finish(): void {
    if (this.#done) return;
    this.#leave();
    // The node keeps a stream until both sides have ended it.
    this.end();
    this.session.forget([this.errorStream, this.dataStream], false);
    const message = this.#errorText.trim();
    const end: PodEnd =
      message !== "" ? { kind: "refused", message } : { kind: this.#dataEnd === "closed" ? "closed" : "lost" };
    this.#refuse?.(message || "the connection to the node of the Pod broke");
    this.#emit((events) => events.ended(end));
  }

  #leave(): void {
    this.#done = true;
    clearTimeout(this.#patience);
    this.session.leave(this);
  }

  #emit(event: (events: PodEvents) => void): void {
    if (this.#events !== undefined) event(this.#events);
    else this.#early.push(event);
  }
}
