/** How long the last lines of an attempt that has ended may still take. */
export const lastLinesMs = 2_000;

/** Ends a request that falls silent once its attempt has ended: some never end by themselves. */
export class SilenceLimit {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #endedAt = Infinity;
  readonly #start = (): void => {
    this.#endedAt = performance.now();
    this.#timer = setTimeout(() => this.#controller.abort(), this.silenceMs);
  };

  constructor(
    private readonly over: AbortSignal,
    private readonly silenceMs: number,
  ) {
    if (over.aborted) this.#start();
    else over.addEventListener("abort", this.#start, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Time since the attempt has ended; below 0 while it runs. */
  get msSinceEnd(): number {
    return performance.now() - this.#endedAt;
  }

  refresh(): void {
    this.#timer?.refresh();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.over.removeEventListener("abort", this.#start);
  }
}
