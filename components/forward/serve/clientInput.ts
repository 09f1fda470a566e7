import type { Socket } from "node:net";
import { within } from "../../time";

/** What is kept to send again to another Pod, as long as none has answered. */
const longestReplay = 64 * 1024;

/**
 * What a local client sends. What no Pod has answered yet is kept: where a Pod does not listen, or goes away, the next one
 * gets the same bytes, and an answer of our own can look at the request.
 */
export class ClientInput {
  #kept: Buffer[] | undefined = [];
  #keptBytes = 0;
  #ended = false;
  #hasBegun = false;
  #receiver: ((chunk: Buffer) => void) | undefined;
  #onEnd: (() => void) | undefined;
  #waiters: (() => void)[] = [];

  constructor(private readonly socket: Socket) {
    socket.on("data", (chunk) => this.#take(chunk));
    socket.on("end", () => {
      this.#ended = true;
      this.#onEnd?.();
      this.#wake();
    });
    socket.on("close", () => this.#wake());
  }

  /** Whether the client has said that it sends no more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether the client has sent anything. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Whether all that the client sent since the last answer is still there. */
  get isWhole(): boolean {
    return this.#kept !== undefined;
  }

  /** Whether a Pod has begun to answer all that the client sent. */
  get isAnswered(): boolean {
    return this.isWhole && this.#keptBytes === 0;
  }

  /** All that the client sent since the last answer, empty where that is no longer kept. */
  get unanswered(): Buffer {
    return Buffer.concat(this.#kept ?? []);
  }

  /** Resolves once the client has sent more or has ended, or the time is over, where there is a limit. */
  async more(ms?: number): Promise<void> {
    if (this.#ended || this.socket.destroyed) return;
    const more = new Promise<void>((resolve) => this.#waiters.push(resolve));
    await (ms === undefined ? more : within(ms, more, () => undefined));
  }

  /** Hands what was kept, and all that follows, to `receiver`. */
  attach(receiver: (chunk: Buffer) => void, onEnd: () => void): void {
    this.#receiver = receiver;
    this.#onEnd = onEnd;
    for (const chunk of this.#kept ?? []) receiver(chunk);
    if (this.#ended) onEnd();
    this.socket.resume();
  }

  detach(): void {
    this.#receiver = undefined;
    this.#onEnd = undefined;
  }

  /** A Pod has answered: nothing of what was sent so far is sent again. */
  forget(): void {
    if (this.#keptBytes === 0) return;
    this.#kept = [];
    this.#keptBytes = 0;
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  #take(chunk: Buffer): void {
    this.#hasBegun = true;
    if (this.#kept !== undefined) {
      this.#kept.push(chunk);
      this.#keptBytes += chunk.length;
      if (this.#keptBytes > longestReplay) {
        if (this.#receiver === undefined) this.socket.pause();
        else this.#kept = undefined;
      }
    }
    this.#receiver?.(chunk);
    this.#wake();
  }

  #wake(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }
}
