import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { within } from "../../time";
import { peerAnswers } from "../sockets";
import { Heartbeat, surelyTaken } from "./heartbeat";
import type { PodConnection } from "./podConnection";
import { FrameReader, FrameWriter } from "./spdyFrames";
import { type CarryingSession, StreamPair } from "./streamPair";

const openTimeoutMs = 10_000;
/**
 * A session may have died without a word, as in a sleep of the machine. Longest silence after it was asked for something:
 * where that would cut no client, and where it would.
 */
const silenceMs = { free: 1_000, held: 3_000 } as const;
/** What one client of several may leave unread before its session waits for it, and for how long it waits then. */
const sharedUnread = 256 * 1024;
const sharedStallMs = 2_000;
/** For how long what nobody waits for may stay here, to leave with what comes next: each packet passes three programs. */
const deferMs = 10;
/**
 * For how long the next packet is gathered where more than one client had something in the last: a client alone does not
 * wait. Measured: a tenth more requests a second of 64 clients, and the slowest hundredth of them no slower.
 */
const gatherMs = 1;

/**
 * One upgraded connection to the node of a Pod. Connections to the Pod's ports are pairs of streams in it, and cost no
 * handshake. The protocol as Kubernetes speaks it has no windows, so a client that does not read holds up its whole
 * session. One that has it for itself may do so; one of several is cut in the end.
 */
export class PodSession implements CarryingSession {
  readonly #writer = new FrameWriter();
  readonly #reader: FrameReader;
  /** By the number of either stream. */
  readonly #pairs = new Map<number, StreamPair>();
  readonly #heartbeat: Heartbeat;
  #nextStream = 1;
  #nextPing = 1;
  #sent = 0;
  #heardAt = performance.now();
  readonly #holders = new Set<StreamPair>();
  /** Those whose clients don't read. */
  readonly #stalled = new Map<StreamPair, NodeJS.Timeout | undefined>();
  #corked = false;
  /** The streams that the packet to come is of, and whether the last was of more than one. */
  readonly #packetStreams = new Set<number>();
  #wasShared = false;
  readonly #deferred: Buffer[] = [];
  #deferTimer: NodeJS.Timeout | undefined;
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
    this.#heartbeat = new Heartbeat({
      ping: () => this.#sendPing(),
      isDeaf: () => socket.isPaused(),
      flushed: () => (socket.writableLength > 0 ? this.#sent - socket.writableLength : undefined),
      mayWaitForApp: () => [...this.#pairs.values()].some(({ unanswered }) => unanswered > surelyTaken),
      peerAnswers: async () => await peerAnswers(socket as Partial<Socket>),
      dead: () => socket.destroy(),
    });
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
    const pair = new StreamPair(this, errorStream, dataStream);
    const silence = isNew ? undefined : this.#expectWord();
    this.#holders.add(pair);
    this.#pairs.set(errorStream, pair);
    this.#pairs.set(dataStream, pair);
    this.#send(this.#writer.openPair(port, errorStream, dataStream), dataStream);
    try {
      // What is sent before the node has replied is lost.
      await within(openTimeoutMs, pair.opened, () => {
        this.socket.destroy();
        return pair.opened;
      });
    } finally {
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

  write(stream: number, chunk: Buffer): boolean {
    return this.#send(this.#writer.data(stream, chunk), stream);
  }

  fin(stream: number): void {
    this.#defer(this.#writer.fin(stream));
  }

  pause(pair: StreamPair, unread: number): void {
    const isShared = this.#holders.size > 1;
    if (!this.#holders.has(pair) || this.#stalled.has(pair) || (isShared && unread < sharedUnread)) return;
    this.#stalled.set(pair, isShared ? setTimeout(() => this.#stalledLong(pair), sharedStallMs) : undefined);
    this.socket.pause();
  }

  resume(pair: StreamPair): void {
    clearTimeout(this.#stalled.get(pair));
    this.#stalled.delete(pair);
    if (this.#stalled.size === 0) this.socket.resume();
  }

  leave(pair: StreamPair): void {
    if (!this.#holders.delete(pair)) return;
    this.resume(pair);
    if (this.#holders.size === 0) this.changed();
  }

  forget(streams: readonly number[], isReset: boolean): void {
    for (const stream of streams) {
      this.#pairs.delete(stream);
      if (isReset) this.#defer(this.#writer.reset(stream));
    }
  }

  #stalledLong(pair: StreamPair): void {
    // The others may be gone by then.
    if (this.#holders.size > 1) pair.cut();
  }

  /** What several clients send at the same moment leaves in one packet. */
  #send(frame: Buffer, stream?: number): boolean {
    if (this.#closed) return true;
    if (stream !== undefined) this.#packetStreams.add(stream);
    if (!this.#corked) {
      this.#corked = true;
      this.socket.cork();
      if (this.#wasShared) setTimeout(() => this.#flush(), gatherMs);
      else setImmediate(() => this.#flush());
    }
    for (const earlier of this.#deferred.splice(0)) this.socket.write(earlier);
    this.#sent += frame.length;
    return this.socket.write(frame);
  }

  #flush(): void {
    this.#wasShared = this.#packetStreams.size > 1;
    this.#packetStreams.clear();
    this.#corked = false;
    this.socket.uncork();
  }

  #defer(frame: Buffer): void {
    if (this.#closed) return;
    this.#deferred.push(frame);
    this.#deferTimer ??= setTimeout(() => {
      this.#deferTimer = undefined;
      const last = this.#deferred.pop();
      if (last !== undefined) this.#send(last);
    }, deferMs);
  }

  #expectWord(): NodeJS.Timeout {
    const askedAt = performance.now();
    const listen = (): void => {
      // While a client does not read, nothing is heard; while one sends more than the Pod takes, what was asked waits behind
      // that. The heartbeat judges both.
      const isHeldUp = this.socket.isPaused() || this.socket.writableLength > 0;
      if (this.#heardAt < askedAt && !isHeldUp) this.socket.destroy();
    };
    // What came while this process was busy, or stopped, is read after the timers and before that.
    return setTimeout(() => setImmediate(listen), this.#holders.size === 0 ? silenceMs.free : silenceMs.held);
  }

  #read(chunk: Buffer): void {
    this.#heartbeat.heard();
    this.#heardAt = performance.now();
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.socket.destroy(error as Error);
    }
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
    this.#heartbeat.stop();
    clearTimeout(this.#deferTimer);
    for (const pair of new Set(this.#pairs.values())) pair.lost();
    this.#pairs.clear();
    this.changed();
  }
}
