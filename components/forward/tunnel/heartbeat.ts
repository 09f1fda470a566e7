/** How often a connection is asked for a sign of life. */
const intervalMs = 5_000;
/** How long it may take to give one. A connection dies without a word in a sleep of the machine, or with a node. */
const deadlineMs = 10_000;

/** What a heartbeat asks of its connection. */
export interface Pulse {
  ping(): void;
  /** Whether nothing is read from it now, so that no answer could be heard. */
  isDeaf(): boolean;
  /** Bytes that left here, where more wait to leave; a ping waits behind them. */
  flushed(): number | undefined;
  /** It gave no sign of life in time. */
  dead(): void;
}

/** Tells whether the other side of a connection still lives. */
export class Heartbeat {
  readonly #timer: NodeJS.Timeout;
  /** When the oldest unanswered ping was sent. */
  #askedAt: number | undefined;
  #flushed: number | undefined;

  constructor(private readonly pulse: Pulse) {
    // What came while this process was busy, or stopped, is read after the timers and before that.
    this.#timer = setInterval(() => setImmediate(() => this.#beat()), intervalMs);
  }

  /** The other side said something. */
  heard(): void {
    this.#askedAt = undefined;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    const { pulse } = this;
    const now = performance.now();
    const [before, flushed] = [this.#flushed, pulse.flushed()];
    this.#flushed = flushed;
    // A dead side takes no more than what the system keeps for it, and that is full where something waits here.
    const isTaking = before !== undefined && flushed !== undefined && flushed > before;
    if (pulse.isDeaf() || isTaking) this.#askedAt = now;
    if (this.#askedAt === undefined) {
      this.#askedAt = now;
      pulse.ping();
    } else if (now - this.#askedAt >= deadlineMs) {
      pulse.dead();
    }
  }
}
