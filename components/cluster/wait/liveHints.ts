import type { Pod } from "../pods";
import { briefCommandHint, briefLogHint, type FailureFacts, failureFacts } from "../report";

/** A line may be said and mean nothing; one that comes again and again is what a container is stuck at. */
const timesUntilTold = 3;

/** Tells what a container that goes on and on may be stuck at, as far as it is a default that takes something from it. */
export class LiveHints {
  readonly #noted = new Map<string, string>();
  readonly #heard = new Map<string, { brief: string; times: number }>();

  constructor(
    /** With the whole spec, which doesn't change; undefined where it may not be read. */
    private readonly pod: Pod | undefined,
    private readonly report: (line: string) => void,
  ) {}

  /** A note on a container that runs and says nothing, by its command. */
  noteOn(container: string): string | undefined {
    const facts = this.#factsOf(container);
    const note = facts && briefCommandHint(facts);
    if (note !== undefined) this.#noted.set(container, note);
    return note;
  }

  /** Takes a line of a container's log. */
  hear(container: string, line: string): void {
    const facts = this.#factsOf(container);
    const brief = facts && briefLogHint(facts, line);
    if (brief === undefined || this.#noted.get(container) === brief) return;
    const known = this.#heard.get(container);
    const times = known?.brief === brief ? known.times + 1 : 1;
    this.#heard.set(container, { brief, times });
    if (times === timesUntilTold) this.report(`"${container}" says so again and again: ${brief}`);
  }

  #factsOf(container: string): FailureFacts | undefined {
    return this.pod && failureFacts(this.pod, { kind: "failed", container, reason: "" });
  }
}
