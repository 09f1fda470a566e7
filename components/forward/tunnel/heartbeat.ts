/** How often a connection is asked for a sign of life. */
const intervalMs = 5_000;
/** How long it may take to give one. A connection dies without a word in a sleep of the machine, or with a node. */
const deadlineMs = 10_000;
/** The same where it may be the app that takes nothing, and the system can't tell which of the two it is. */
const blindDeadlineMs = 60_000;

/**
 * What the systems between here and an app take for it at least, so that nothing waits on the way. Of what an app has not
 * answered, more than that may.
 */
export const surelyTaken = 64 * 1024;

/** What a heartbeat asks of its connection. */
export interface Pulse {
  ping(): void;
  /** Whether nothing is read from it now, so that no answer could be heard. */
  isDeaf(): boolean;
  /** Bytes that left here, where more wait to leave; a ping waits behind them. */
  flushed(): number | undefined;
  /** Whether so much was sent that a ping may wait, on the other side, until the app takes some of it. */
  mayWaitForApp(): boolean;
  /** Whether the other side's system still answers; undefined where it can't be known. */
  peerAnswers(): Promise<boolean | undefined>;
  /** It gave no sign of life in time. */
  dead(): void;
}

/**
 * Tells whether the other side of a connection still lives. Where an app takes nothing, all that its connection carries waits
 * for it, pings too: then its Pod is told to be gone by the API server, or the machine on the way by TCP.
 */
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
    this.heard();
  }

  #beat(): void {
    const { pulse } = this;
    const now = performance.now();
    const [before, flushed] = [this.#flushed, pulse.flushed()];
    this.#flushed = flushed;
    // A dead side takes no more than what the system keeps for it, and that is full where something waits here.
    const isTaking = before !== undefined && (flushed === undefined || flushed > before);
    if (pulse.isDeaf() || isTaking) this.#askedAt = now;
    this.#askedAt ??= now;
    if (now - this.#askedAt < deadlineMs) {
      // Again each time: of the workers by which a node reads, one may wait for the app, and the next has the next ping.
      if (flushed === undefined && !pulse.isDeaf()) pulse.ping();
    } else if (flushed === undefined && !pulse.mayWaitForApp()) {
      pulse.dead();
    } else {
      void this.#askSystem(this.#askedAt);
    }
  }

  async #askSystem(askedAt: number): Promise<void> {
    const answers = await this.pulse.peerAnswers();
    if (this.#askedAt !== askedAt || answers === true) return;
    if (answers === false || performance.now() - askedAt >= blindDeadlineMs) this.pulse.dead();
  }
}
