import { LogTail, type RawLine, showableLine } from "./lines";

/** Of the lines that are not shown, the last ones are shown when the attempt has ended. */
export const lastLines = 10;
/** Beyond this much unshown log of one attempt the stream is closed: what is left is of no use, and costs the cluster. */
const maxUnshownBytes = 64 * 1024 * 1024;

/** The lines of an attempt that are not shown. */
export class Unshown {
  count = 0;
  bytes = 0;
  /** Whether there was more than was read. */
  isCut = false;
  readonly #last: RawLine[] = [];

  get isTooMuch(): boolean {
    return this.bytes > maxUnshownBytes;
  }

  push(line: RawLine): void {
    this.count++;
    this.#last.push(line);
    if (this.#last.length > lastLines) this.#last.shift();
  }

  /** The lines that came last. */
  end(mask: (text: string) => string): string[] {
    const tail = new LogTail();
    for (const line of this.#last) tail.push(showableLine(line, mask));
    return tail.lines;
  }

  /** How much was left out, but for the `shown` lines at its end. */
  summary(shown: number): string[] {
    const left = this.count - shown;
    if (left > 0) return [`… ${this.isCut ? "more than " : ""}${left.toLocaleString("en")} lines are not shown`];
    return this.isCut ? ["… the rest is not shown"] : [];
  }
}
