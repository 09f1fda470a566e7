/** Connections whose client has sent its end and has been answered: most of those clients are gone. */
const mostHalfOpen = 64;

/**
 * Bounds how many connections wait for more answer after their client's end. Nothing tells a client that has gone from one
 * that still reads, so each may wait a while; where many do, the first is ended.
 */
export class HalfOpenConnections {
  readonly #ends = new Set<() => void>();

  /** Calls `end` once too many have come later. The returned function takes it out. */
  enter(end: () => void): () => void {
    this.#ends.add(end);
    if (this.#ends.size > mostHalfOpen) {
      const [first] = this.#ends;
      if (first !== undefined) {
        this.#ends.delete(first);
        first();
      }
    }
    return () => this.#ends.delete(end);
  }
}
