import { within } from "../../time";
import { DialError } from "./errors";

/** Between two tries as long as the API server can't be reached: the first pause, doubling, and the longest. */
const pauseMs = { first: 150, longest: 1_000 } as const;
/** One that has said nothing for so long may hang in what is over by now: the next client tries anew beside it. */
const joinMs = 1_000;
/** Of an API server that starts or has too much to do. All others are about a Pod, its node or the rights. */
const busyStatuses = new Set<number | undefined>([undefined, 429, 503]);

/** What came of a dial, and of whose. */
type Outcome = { by?: object } & ({ kind: "recovered" } | { kind: "failed"; error: unknown });

/**
 * Lets clients dial freely as long as the API server answers. Once it does not, one dials for all who wait, ever less often,
 * and what comes of that counts for all.
 */
export class DialGate {
  #failures = 0;
  #notBefore = 0;
  #lastStart = Number.NEGATIVE_INFINITY;
  #tell: (outcome: Outcome) => void = () => undefined;
  #outcome = this.#nextOutcome();

  /** `recovered` is told when the API server answers after it did not. */
  constructor(private readonly recovered: () => void = () => undefined) {}

  get isOpen(): boolean {
    return this.#failures === 0;
  }

  /** What was wrong may be over: the next client need not wait. */
  open(): void {
    if (this.isOpen) return;
    this.#end({ kind: "recovered" });
  }

  /** Dials, or waits for who does. `discard` gets what came too late. */
  async pass<T>(dial: () => Promise<T>, discard: (late: T) => void): Promise<T> {
    while (!this.isOpen) {
      const outcome = this.#outcome;
      const waitMs = Math.max(this.#notBefore, this.#lastStart + joinMs) - performance.now();
      if (waitMs > 0) {
        const first = await within<Outcome | undefined>(waitMs, outcome, () => undefined);
        if (first?.kind === "failed") throw first.error;
        continue;
      }
      this.#lastStart = performance.now();
      const by = {};
      const own = this.#watched(dial, by);
      const first = await Promise.race([
        own.catch(() => undefined).then(() => ({ kind: "own" as const, by })),
        outcome,
      ]);
      if (first.by === by) return await own;
      own.then(discard, () => undefined);
      if (first.kind === "failed") throw first.error;
    }
    return await this.#watched(dial);
  }

  async #watched<T>(dial: () => Promise<T>, by?: object): Promise<T> {
    try {
      const dialled = await dial();
      this.#answered(by);
      return dialled;
    } catch (error) {
      if (error instanceof DialError && !busyStatuses.has(error.status)) this.#answered(by);
      else this.#failed(error, by);
      throw error;
    }
  }

  #answered(by?: object): void {
    if (this.isOpen) return;
    this.#end({ kind: "recovered", by });
    this.recovered();
  }

  #failed(error: unknown, by?: object): void {
    this.#failures++;
    const pause = Math.min(pauseMs.first * 2 ** Math.min(this.#failures - 1, 10), pauseMs.longest);
    this.#notBefore = performance.now() + pause;
    this.#lastStart = Number.NEGATIVE_INFINITY;
    this.#end({ kind: "failed", error, by });
  }

  #end(outcome: Outcome): void {
    if (outcome.kind === "recovered") this.#failures = 0;
    const tell = this.#tell;
    this.#outcome = this.#nextOutcome();
    tell(outcome);
  }

  #nextOutcome(): Promise<Outcome> {
    return new Promise((resolve) => (this.#tell = resolve));
  }
}
