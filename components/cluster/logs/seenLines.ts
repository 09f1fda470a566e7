import { comparableStamp, type RawLine } from "./lines";
import { tailLines } from "./tail";

/**
 * Tells new lines of one attempt's log from those already handed out, when it is read again after a cut: the API server
 * stamps each line with its time.
 */
export class SeenLines {
  /** Time of the first line, `""` as long as there was none. */
  first = "";
  /** Time of the latest line. */
  last = "";
  #countAtLast = 0;
  #skip = 0;
  #repeats = false;
  readonly #kept: RawLine[] = [];

  /** The last lines that were handed out, as many as would be read of a log's end. */
  get kept(): readonly RawLine[] {
    return this.#kept;
  }

  keep(line: RawLine): void {
    this.#kept.push(line);
    if (this.#kept.length > tailLines) this.#kept.shift();
  }

  /** A new request starts at the second of the latest line, as `sinceTime` has no finer unit. */
  get since(): string | undefined {
    return this.last === "" ? undefined : this.last.replace(/\.\d+/, "");
  }

  /** The next lines come from a new request, which repeats some. */
  restart(): void {
    this.#repeats = this.last !== "";
    this.#skip = this.#countAtLast;
  }

  /** Whether a line with this time has not been handed out. */
  isNew(stamp: string | undefined): boolean {
    if (stamp === undefined) return !this.#repeats;
    const time = comparableStamp(stamp);
    if (this.#repeats) {
      if (time < this.last) return false;
      if (time === this.last && this.#skip > 0) {
        this.#skip--;
        return false;
      }
      this.#repeats = false;
    }
    if (this.first === "") this.first = time;
    // Two streams write to one log, so times may go back by a little.
    if (time > this.last) {
      this.last = time;
      this.#countAtLast = 1;
    } else if (time === this.last) {
      this.#countAtLast++;
    }
    return true;
  }

  /** Whether a line comes after all that were handed out, as far as its time tells. */
  isBeyond(stamp: string | undefined): boolean {
    return stamp === undefined || comparableStamp(stamp) > this.last;
  }

  /** Whether the first line is from this time or earlier. */
  hasBegunBy(stamp: string): boolean {
    return this.first !== "" && comparableStamp(stamp) >= this.first;
  }

  /** Whether a line with this time may be among those handed out. */
  covers(stamp: string): boolean {
    const time = comparableStamp(stamp);
    return this.first !== "" && time >= this.first && time <= this.last;
  }
}
