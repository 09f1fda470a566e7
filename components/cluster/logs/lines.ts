import { StringDecoder } from "node:string_decoder";
import { cleanLine } from "../../text";

/** Longest line that is shown, in characters. */
const maxShown = 4096;
/** What is kept of a line while it comes in: enough to show `maxShown` of it, whatever is left out or masked. */
const maxKept = 65_536;
/** The end of what was kept may be the first part of a secret whose rest was dropped, so this much of it isn't shown. */
const uncertainEnd = 16_384;

/** One line of a stream. */
export interface RawLine {
  /** Time stamp at its start, where the stream has them. */
  stamp?: string;
  /** What was kept of it. */
  text: string;
  /** Characters that weren't. */
  dropped: number;
  /** Whether the stream ended before its line end, so that there may be more of it. */
  isUnfinished?: boolean;
}

/** Splits a stream into lines with bounded memory, however long a line is. */
export class LineSplitter {
  readonly #decoder = new StringDecoder("utf8");
  readonly #stamped: boolean;
  /** Undefined until the line's stamp is complete. */
  #stamp: string | undefined;
  #text = "";
  #dropped = 0;
  /** Whether the text so far ended with a carriage return: whatever follows overwrites it. */
  #returned = false;
  #begun = false;

  constructor(
    private readonly onLine: (line: RawLine) => void,
    { stamped = false } = {},
  ) {
    this.#stamped = stamped;
    this.#restart();
  }

  /** Whether the line that comes in is already too long to be kept. */
  get isDropping(): boolean {
    return this.#dropped > 0;
  }

  write(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk));
  }

  /** Hands out a last line that has no line end. */
  end(): void {
    this.#take(this.#decoder.end());
    if (this.#begun) this.#flush(true);
  }

  #take(text: string): void {
    let from = 0;
    for (let to = text.indexOf("\n"); to >= 0; to = text.indexOf("\n", from)) {
      this.#append(text.slice(from, to));
      this.#flush();
      from = to + 1;
    }
    this.#append(text.slice(from));
  }

  #append(piece: string): void {
    if (piece === "") return;
    this.#begun = true;
    const text = this.#stamp === undefined ? this.#withoutStamp(piece) : piece;
    // A progress meter rewrites its line with carriage returns: what stood last is what a reader would have seen.
    const shown = text.replace(/\r+$/, "");
    if (shown !== "") {
      const start = shown.lastIndexOf("\r") + 1;
      if (this.#returned || start > 0) {
        this.#text = "";
        this.#dropped = 0;
      }
      const room = maxKept - this.#text.length;
      this.#text += shown.slice(start, start + room);
      this.#dropped += Math.max(0, shown.length - start - room);
    }
    if (text !== "") this.#returned = shown.length < text.length;
  }

  #withoutStamp(piece: string): string {
    const joined = this.#text + piece;
    const space = joined.indexOf(" ");
    if (space < 0 && joined.length <= longestStamp) {
      this.#text = joined;
      return "";
    }
    this.#text = "";
    const stamp = joined.slice(0, Math.max(0, space));
    this.#stamp = isStamp(stamp) ? stamp : "";
    return this.#stamp === "" ? joined : joined.slice(space + 1);
  }

  #flush(isUnfinished = false): void {
    if (this.#stamp === undefined && isStamp(this.#text)) {
      this.#stamp = this.#text;
      this.#text = "";
    }
    const stamp = this.#stamp === "" ? undefined : this.#stamp;
    const line = { stamp, text: this.#text, dropped: this.#dropped, ...(isUnfinished ? { isUnfinished } : {}) };
    this.#restart();
    this.onLine(line);
  }

  #restart(): void {
    this.#stamp = this.#stamped ? undefined : "";
    this.#text = "";
    this.#dropped = 0;
    this.#returned = false;
    this.#begun = false;
  }
}

const longestStamp = 40;

function isStamp(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text);
}

/** A line as it may be shown: it can't steer a terminal, holds no known secret and has a bounded length. */
export function showableLine({ text, dropped }: RawLine, mask: (text: string) => string): string {
  // Secrets are looked for before anything is cut: half of one would not be found.
  const masked = mask(cleanLine(text));
  const certain = dropped > 0 ? Math.max(0, masked.length - uncertainEnd) : masked.length;
  if (certain === masked.length && masked.length <= maxShown) return masked;
  const shown = cutAt(masked, Math.min(maxShown, certain));
  return `${shown} … (${masked.length - shown.length + dropped} more characters)`;
}

/** The first `length` characters of `text`, or one less where that would split one of two code units. */
export function cutAt(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "");
}

/** The last lines of a log, within a number of lines and of bytes. */
export class LogTail {
  readonly #lines: string[] = [];
  #bytes = 0;
  truncated = false;

  constructor(
    private readonly maxLines = 20,
    private readonly maxBytes = 4096,
  ) {}

  push(line: string): void {
    const kept = this.#cut(line);
    this.#lines.push(kept);
    this.#bytes += Buffer.byteLength(kept) + 1;
    while (this.#lines.length > this.maxLines || this.#bytes > this.maxBytes) {
      this.#bytes -= Buffer.byteLength(this.#lines.shift() ?? "") + 1;
      this.truncated = true;
    }
  }

  get lines(): string[] {
    return [...this.#lines];
  }

  #cut(line: string): string {
    if (Buffer.byteLength(line) < this.maxBytes) return line;
    this.truncated = true;
    const note = " … (cut)";
    const room = this.maxBytes - 1 - Buffer.byteLength(note);
    // A character that is cut in its middle decodes to a replacement character.
    const start = Buffer.from(line)
      .subarray(0, room)
      .toString("utf8")
      .replace(/\uFFFD$/, "");
    return start + note;
  }
}

/** A time that compares as text: in UTC, and with nine digits after the point. */
export function comparableStamp(stamp: string): string {
  if (stamp.length === 30 && stamp.endsWith("Z")) return stamp;
  const [, fraction = ""] = /\.(\d+)/.exec(stamp) ?? [];
  const seconds = new Date(stamp.replace(/\.\d+/, "")).toISOString().slice(0, 19);
  return `${seconds}.${fraction.padEnd(9, "0")}Z`;
}
