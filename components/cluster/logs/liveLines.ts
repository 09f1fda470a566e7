import { LogTail, type RawLine, showableLine } from "./lines";
import { wordsOfNode } from "./tail";

/** Lines of one container that are shown live; more would bury the rest, and the end of the log is kept anyway. */
const usualMostLines = 500;
/** Of the lines that are not shown, the last ones are shown when the attempt has ended. */
export const lastLines = 10;
/** Beyond this much unshown log of one attempt the stream is closed: what is left is of no use, and costs the cluster. */
const maxUnshownBytes = 64 * 1024 * 1024;
/** Different things that the node says of one container's log. */
const maxNodeWords = 5;

/** What a line that is reported is of. */
export interface LogLine {
  container: string;
  /** 1 for the first. */
  attempt: number;
  text: string;
  /** When the container wrote it; none of what is said in the place of its lines. */
  time?: string;
}

/** Told of a line as it is shown, and, where it is of one attempt, of what it is made of. */
export type Report = (line: string, of?: LogLine) => void;

export interface LiveLinesSettings {
  /** Hides known secrets. */
  mask: (text: string) => string;
  report: Report;
  heard?: (container: string, line: string) => void;
  mostLines?: number;
}

/** What of one container's log is shown live: each line with the container's name, and the attempt's number from 2 on. */
export class LiveLines {
  #count = 0;
  readonly #ofNode = new Set<string>();

  constructor(
    private readonly container: string,
    private readonly settings: LiveLinesSettings,
  ) {}

  get areFull(): boolean {
    return this.#count >= (this.settings.mostLines ?? usualMostLines);
  }

  show(attempt: number, line: RawLine, unshown: Unshown): void {
    if (!this.areFull) {
      this.#count++;
      const text = showableLine(line, this.settings.mask);
      this.say(attempt, text, line.stamp);
      this.settings.heard?.(this.container, text);
      return;
    }
    if (unshown.count === 0) this.say(attempt, "… more lines are not shown live");
    unshown.push(line);
  }

  say(attempt: number, text: string, time?: string): void {
    const of = { container: this.container, attempt, text, ...(time === undefined ? {} : { time }) };
    this.settings.report(`${this.container}${attempt > 1 ? ` (attempt ${attempt})` : ""} | ${text}`, of);
  }

  /** Says what the node says in the place of lines, each thing once. */
  sayOfNode(attempt: number, line: RawLine): void {
    const words = wordsOfNode(showableLine(line, this.settings.mask));
    if (this.#ofNode.has(words) || this.#ofNode.size >= maxNodeWords) return;
    this.#ofNode.add(words);
    this.say(attempt, `(${words})`);
  }

  /** Says of an attempt that its lines, or those after what was shown, are there and could not be had. */
  sayUnread({ number, latest }: { number: number; latest: string }, why: string): void {
    this.say(number, `(${latest === "" ? "" : "the rest of "}this attempt's log could not be read: ${why})`);
  }

  sayGone(from: number, to = from): void {
    const which = from === to ? `the log of attempt ${from} is` : `the logs of attempts ${from} to ${to} are`;
    const text = `(${which} gone)`;
    this.settings.report(`${this.container} | ${text}`, { container: this.container, attempt: to, text });
  }
}

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
