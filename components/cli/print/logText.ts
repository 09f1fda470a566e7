import type { LogEntry } from "../logs";
import { titleOf } from "../verbs";
import type { Paint } from "./paint";

/** Lines of logs for people, each attempt under a heading. */
export class LogText {
  #pod = "";
  /** The attempt whose heading came last. */
  #last = "";
  /** Of the Pod. */
  #headed = new Set<string>();

  constructor(private readonly paint: Paint) {}

  of(entry: LogEntry): string {
    return [...this.#podLines(entry), ...this.#lines(entry)].map((line) => `${line}\n`).join("");
  }

  #podLines({ name, namespace, pod }: LogEntry): string[] {
    if (pod === this.#pod) return [];
    this.#pod = pod;
    this.#headed.clear();
    return [this.paint("bold", `${titleOf({ name, namespace })}, Pod ${pod}`)];
  }

  #lines({ kind, step, attempt, text }: LogEntry): string[] {
    const { paint } = this;
    const key = `${step}, attempt ${attempt}`;
    const heading = (who: string, words: string): string => `${paint("bold", `── ${who}:`)} ${words}`;
    if (kind === "attempt" || kind === "end") {
      if (kind === "attempt") this.#last = key;
      this.#headed.add(key);
      return [heading(key, text)];
    }
    // Of an attempt that is gone there is no more than that.
    if (!this.#headed.has(key)) return [heading(step, paint("yellow", text))];
    // A sidecar goes on while others log.
    const again = key === this.#last ? [] : [heading(key, "goes on")];
    this.#last = key;
    return [...again, kind === "note" ? paint("yellow", text) : text];
  }
}
