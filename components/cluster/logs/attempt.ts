import type { ContainerStatus } from "../pods";
import { comparableStamp, type RawLine } from "./lines";
import { SeenLines } from "./seenLines";

/** Where the lines of an attempt are: in the current log while it runs and when it is over, then in the previous one. */
export type Stage = "runs" | "over" | "previous" | "gone";

/** `unknown`: kubelet could not tell, and may when it is asked again. */
export type Owner = "this" | "next" | "unknown";

/** The status has whole seconds. */
const secondMs = 1_000;

/**
 * One run of a container, and whose the lines are that come in under its name.
 *
 * Asked for the current log, kubelet answers by what it knows, up to a second or more before the Pod's status shows it: that
 * may be the log of the next attempt. One question tells: is kubelet's *previous* log the one that was read here, or an
 * earlier one? It costs a request, and is asked only of lines in doubt, at one of two moments:
 * - New lines of another request for the current log wait for the answer before they are handed out.
 * - Those of the first request are handed out at once, and are in doubt only when the Pod's status says that this attempt's
 *   log is the previous one. If they waited too, each init container of each `up` would cost one request more and show its
 *   lines later, for the sake of a restart in the moment between its status and the request.
 *
 * Lines that are stamped later than the attempt ended are in doubt in any case: an end that is heard of late is one after
 * which the next attempt may run. They may still be its own, as a node that is busy stamps them when it gets to it.
 */
export class Attempt {
  /** Whether nothing is left to be read, as far as is known. */
  isRead = false;
  /** Whether the latest request brought all that was left of its log. */
  isWhole = false;
  #over = new AbortController();
  #shownStage: Stage = "gone";
  /** Whether kubelet was found to have its log as the previous one. */
  #isFollowed = false;
  #seen = new SeenLines();
  /** Lines of a later attempt that were handed out as this one's. */
  #strays = new SeenLines();
  /** Whether no line that was handed out can be the next attempt's, as far as kubelet knows. */
  #isSettled = true;
  #holdsNew = false;
  /** Whether lines that are stamped after the end were found to be its own. */
  #isStampedLate = false;
  #held: RawLine[] = [];
  #startedAt: string | undefined;
  #endedMs: number | undefined;
  #handOut: (line: RawLine) => void = () => undefined;

  constructor(
    readonly id: string,
    /** 1 for the first. */
    readonly number: number,
    status: ContainerStatus,
    private readonly before?: Attempt,
  ) {
    this.update(status);
  }

  get stage(): Stage {
    return this.#isFollowed && this.#shownStage !== "gone" ? "previous" : this.#shownStage;
  }

  /** Aborted when the attempt has ended. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** What a next request is to start at; undefined before the first line. */
  get since(): string | undefined {
    return this.#seen.since;
  }

  /** Time of the latest line; `""` as long as there was none. */
  get latest(): string {
    return this.#seen.last;
  }

  /** The last lines that were handed out as this attempt's. */
  get lastLines(): readonly RawLine[] {
    return this.#seen.kept;
  }

  /** Whether kubelet has to tell by its previous log whose lines they are. */
  get isInDoubt(): boolean {
    if (this.#held.length > 0) return true;
    return !this.#isSettled && (this.stage === "previous" || this.#isAfterEnd(this.latest));
  }

  /** Says whether the attempt runs although it was taken for ended: there is more to be read. */
  update(status: ContainerStatus): boolean {
    this.#shownStage = stageOf(this.id, status);
    const end = [status.state?.terminated, status.lastState?.terminated].find(
      (ended) => ended?.containerID === this.id,
    );
    this.#startedAt = end?.startedAt ?? this.#startedAt;
    this.#endedMs = Date.parse(end?.finishedAt ?? "") || this.#endedMs;
    if (this.#shownStage !== "runs") this.#over.abort();
    else if (this.#over.signal.aborted && !this.#isFollowed) {
      this.#over = new AbortController();
      this.isRead = false;
      return true;
    }
    return false;
  }

  /** The next lines come from a new request for the log of this stage. */
  begin(handOut: (line: RawLine) => void): void {
    this.isWhole = false;
    const isSure = this.stage === "previous";
    if (!isSure) this.#isSettled = false;
    this.#holdsNew = !isSure && this.latest !== "";
    this.#held = [];
    this.#handOut = handOut;
    this.#seen.restart();
  }

  /** Hands a line out that has not been before, or holds it. */
  take(line: RawLine): void {
    const isLate = this.stage !== "previous" && this.#isAfterEnd(line.stamp);
    // What comes after a line that is held is held too, so that their order is kept.
    if (this.#held.length > 0 || isLate || (this.#holdsNew && this.#seen.isBeyond(line.stamp))) this.#held.push(line);
    else if (this.#isNew(line)) {
      this.#seen.keep(line);
      this.#handOut(line);
    }
  }

  /**
   * Whose the lines in doubt are, by the time at which kubelet's previous log begins; undefined where it has none. After
   * `next`, the request that brought them is of no use any more: what is this attempt's is in the previous log.
   */
  settle(previousStart: string | undefined): Owner {
    const held = this.#held.splice(0);
    if (previousStart !== undefined && this.#seen.hasBegunBy(previousStart)) {
      this.#isSettled = true;
      this.#isFollowed = true;
      this.#over.abort();
      return held.length > 0 ? "next" : "this";
    }
    const isLate = this.#isAfterEnd(this.latest);
    if (isLate || held.some(({ stamp }) => this.#isAfterEnd(stamp))) {
      // Only the first attempt has no predecessor.
      if (previousStart === undefined && this.number > 1) return "unknown";
      if (previousStart !== undefined && this.#hasStartedBy(previousStart)) {
        this.#isFollowed = true;
        this.#over.abort();
        if (isLate) this.#disown();
        this.#isSettled = true;
        return "next";
      }
      this.#isStampedLate = true;
    }
    if (previousStart !== undefined && this.stage === "previous") {
      this.#disown();
      return "next";
    }
    // Where there is no previous log, what was handed out is taken for what it should be.
    if (this.stage === "previous") this.#isSettled = true;
    this.#holdsNew = false;
    for (const line of held) this.take(line);
    return "this";
  }

  #isAfterEnd(stamp: string | undefined): boolean {
    if (this.#isStampedLate || this.#endedMs === undefined || stamp === undefined) return false;
    return Date.parse(stamp) >= this.#endedMs + secondMs;
  }

  /** Whether a log that begins at this time is that of this attempt, or of a later one. */
  #hasStartedBy(stamp: string): boolean {
    return this.#startedAt !== undefined && comparableStamp(stamp) >= comparableStamp(this.#startedAt);
  }

  /** All that was handed out is the next attempt's, and nothing of this one has been read. */
  #disown(): void {
    this.#strays = this.#seen;
    this.#seen = new SeenLines();
    this.#isSettled = true;
    this.isRead = false;
  }

  #isNew({ stamp }: RawLine): boolean {
    if (stamp !== undefined && this.latest === "") this.#goOnFrom(stamp);
    return this.#seen.isNew(stamp);
  }

  /** Takes over what was handed out of the log that begins at this time, though under the name of another attempt. */
  #goOnFrom(start: string): void {
    const seen = this.seenOf(start);
    if (seen === undefined) return;
    this.#seen = seen;
    seen.restart();
  }

  private seenOf(start: string): SeenLines | undefined {
    return [this.#seen, this.#strays].find((seen) => seen.covers(start)) ?? this.before?.seenOf(start);
  }
}

/** Where the status shows the lines of an attempt to be. */
export function stageOf(id: string, { containerID, state, lastState }: ContainerStatus): Stage {
  const isCurrent = containerID === id;
  // Waiting to start again, its current log is also its previous one, and stays the previous one when it has started.
  if (lastState?.terminated?.containerID === id && (!isCurrent || state?.waiting !== undefined)) return "previous";
  if (!isCurrent) return "gone";
  return state?.running === undefined ? "over" : "runs";
}
