const mostSamples = 64;

/** The last times that a Pod took to answer. */
export class Latencies {
  readonly #last: number[] = [];
  #next = 0;

  add(ms: number): void {
    this.#last[this.#next] = ms;
    this.#next = (this.#next + 1) % mostSamples;
  }

  /** In ms, to a tenth; `undefined` before the first answer. */
  get median(): number | undefined {
    const sorted = [...this.#last].sort((a, b) => a - b);
    const middle = sorted[Math.floor(sorted.length / 2)];
    return middle === undefined ? undefined : Math.round(middle * 10) / 10;
  }
}
