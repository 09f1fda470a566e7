import { DialError } from "./errors";
import type { PodConnection, PodEnd, PodEvents } from "./podConnection";

/** What a pair needs of the session that carries it. */
export interface CarryingSession {
  /** False where bytes come faster than the session takes them. */
  write(stream: number, chunk: Buffer): boolean;
  fin(stream: number): void;
  /** The pair's client has not read so many bytes yet. */
  pause(pair: StreamPair, unread: number): void;
  resume(pair: StreamPair): void;
  /** The pair's client holds the session no more. */
  leave(pair: StreamPair): void;
  /** Drops whatever still comes for these streams. */
  forget(streams: readonly number[], isReset: boolean): void;
}

/** Of a node's error text. */
const longestError = 4_096;
/** For how long a node may take to say why it ended a connection. */
const errorTextMs = 500;

/** The two streams of a connection: one for its bytes, one on which the node says what goes wrong. */
export class StreamPair implements PodConnection {
  readonly opened: Promise<void>;
  #open: (() => void) | undefined;
  /** As long as nobody has said yes: an error that nobody waits for would cost each connection its stack. */
  #refuse: ((message: string) => void) | undefined;
  #events: PodEvents | undefined;
  #unheard: ((events: PodEvents) => void)[] = [];
  #errorText = "";
  #dataEnd: "closed" | "lost" | undefined;
  #errorTextTimer: NodeJS.Timeout | undefined;
  #sentEnd = false;
  #done = false;
  #unanswered = 0;

  constructor(
    private readonly session: CarryingSession,
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
    for (const event of this.#unheard.splice(0)) event(events);
  }

  /** Bytes that were sent since the app last said something. */
  get unanswered(): number {
    return this.#unanswered;
  }

  write(chunk: Buffer): boolean {
    this.#unanswered += chunk.length;
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
    this.#unanswered = 0;
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
    this.#errorTextTimer ??= setTimeout(() => this.#finish(), errorTextMs);
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
    clearTimeout(this.#errorTextTimer);
    this.session.leave(this);
  }

  #emit(event: (events: PodEvents) => void): void {
    if (this.#events !== undefined) event(this.#events);
    else this.#unheard.push(event);
  }
}
