import { StringDecoder } from "node:string_decoder";
import { stripVTControlCharacters } from "node:util";

/** Longest line that is kept, in characters; the rest of a longer one is dropped with a word. */
const maxLineLength = 4096;

/** Splits a stream into lines with bounded memory, however long a line is. */
export class LineSplitter {
  readonly #decoder = new StringDecoder("utf8");
  #line = "";
  #dropped = 0;

  constructor(private readonly onLine: (line: string) => void) {}

  write(chunk: Buffer): void {
    const pieces = this.#decoder.write(chunk).split("\n");
    const last = pieces.pop() ?? "";
    for (const piece of pieces) {
      this.#append(piece);
      this.#flush();
    }
    this.#append(last);
  }

  /** Hands out a last line that has no line end. */
  end(): void {
    this.#append(this.#decoder.end());
    if (this.#line !== "") this.#flush();
  }

  #append(text: string): void {
    const room = maxLineLength - this.#line.length;
    this.#line += text.slice(0, room);
    this.#dropped += Math.max(0, text.length - room);
  }

  #flush(): void {
    const cut = this.#dropped > 0 ? ` … (${this.#dropped} more characters)` : "";
    const line = this.#line + cut;
    this.#line = "";
    this.#dropped = 0;
    this.onLine(line);
  }
}

/** A log line that can't steer a terminal: without escape sequences and control characters. */
export function cleanLine(line: string): string {
  // A progress meter rewrites its line with carriage returns: what stood last is what a reader would have seen.
  const shown = line.replace(/\r+$/, "").split("\r").pop() ?? "";
  return stripVTControlCharacters(shown)
    .replace(/\t/g, "    ")
    .replace(/\p{Cc}/gu, "");
}

/** Shorter values would blank ordinary words, and a secret of this length protects nothing. */
const shortestMaskedSecret = 4;

/** Replaces known secret values in a text. */
export function masker(secrets: readonly string[]): (text: string) => string {
  const values = [...new Set(secrets.flatMap((secret) => [secret, ...secret.split("\n")]))]
    .map((value) => value.trim())
    .filter((value) => value.length >= shortestMaskedSecret)
    .sort((a, b) => b.length - a.length);
  return (text) => values.reduce((masked, value) => masked.replaceAll(value, "[secret]"), text);
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
    this.#lines.push(line);
    this.#bytes += Buffer.byteLength(line) + 1;
    while (this.#lines.length > this.maxLines || (this.#bytes > this.maxBytes && this.#lines.length > 1)) {
      this.#bytes -= Buffer.byteLength(this.#lines.shift() ?? "") + 1;
      this.truncated = true;
    }
  }

  get lines(): string[] {
    return [...this.#lines];
  }
}
