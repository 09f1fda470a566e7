import { once } from "node:events";
import { delay } from "../../time";
import { ApiError, type ClusterClient } from "../api";
import type { ContainerStatus } from "../pods";
import { LineSplitter, type RawLine } from "./lines";
import { lastLines, LiveLines, Unshown } from "./liveLines";
import { SeenLines } from "./seenLines";
import { lastLinesMs, SilenceLimit } from "./silenceLimit";
import { isGone, type LogSource, openLog, readTail } from "./tail";

export interface ContainerLogSettings {
  client: ClusterClient;
  namespace: string;
  podName: string;
  /** Hides known secrets. */
  mask: (text: string) => string;
  /** Told of each line. */
  report: (line: string) => void;
  /** Told that logs may not be read. */
  onDenied: (error: ApiError) => void;
}

/** How long unshown lines of an attempt that has ended are still counted: the next one waits for it. */
const floodMs = 500;
/**
 * Silence after which a followed attempt that has ended is read to its end by another request: kubelet looks only once a
 * second whether a log that it follows has ended.
 */
const quietMs = 30;
const retryMs = { first: 100, most: 5_000 } as const;
/**
 * A followed log that has ended is asked for again after this time, or once its attempt is known to have ended. Sooner,
 * the answer might be the log of the next attempt, as kubelet reports a restart up to a second later.
 */
const endedMs = 2_000;
/** Requests for the log of an attempt that has ended, until it is given up. */
const maxFailures = 5;

/** The live log of one init container: each attempt once, from its start, one after the other. */
export class ContainerLog {
  #status: ContainerStatus;
  readonly #known = new Map<string, Attempt>();
  #work: Promise<void> | undefined;
  readonly #live: LiveLines;

  constructor(
    private readonly settings: ContainerLogSettings,
    status: ContainerStatus,
    private readonly stop: AbortSignal,
    /** The log whose lines come before this one's: of the init container that ended before this one started. */
    private readonly predecessor: ContainerLog | undefined,
  ) {
    this.#status = status;
    this.#live = new LiveLines(status.name, settings.mask, settings.report);
  }

  /** Resolves when all attempts that are known so far have been read to their end. */
  get done(): Promise<void> {
    return this.#work ?? Promise.resolve();
  }

  #isStopped(): boolean {
    return this.stop.aborted;
  }

  update(status: ContainerStatus): void {
    this.#status = status;
    const earlier = status.lastState?.terminated?.containerID ?? "";
    const current = status.containerID ?? "";
    for (const attempt of this.#known.values()) if (this.#isOver(attempt)) attempt.end();

    const restarted = earlier !== "" && earlier !== current;
    const first = status.restartCount + (restarted ? 0 : 1);
    const next = Math.max(0, ...[...this.#known.values()].map(({ number }) => number)) + 1;
    if (first > next && (earlier !== "" || current !== "")) this.#enqueue(() => this.#live.sayGone(next, first - 1));

    if (restarted) {
      const known = this.#known.get(earlier);
      if (known === undefined) this.#follow(earlier, status.restartCount);
      else if (known.mayBeAnother) this.#enqueue(() => this.#readIfMissed(known));
    }
    if (current !== "" && !this.#known.has(current)) this.#follow(current, status.restartCount + 1);
  }

  #follow(id: string, number: number): void {
    const attempt = new Attempt(id, number);
    this.#known.set(id, attempt);
    if (this.#isOver(attempt)) attempt.end();
    this.#enqueue(() => this.#read(attempt));
  }

  #enqueue(action: () => unknown): void {
    this.#work ??= this.predecessor?.done ?? Promise.resolve();
    this.#work = this.#work.then(async () => {
      if (!this.#isStopped()) await action();
    });
  }

  #isOver({ id, over }: Attempt): boolean {
    const { containerID, state } = this.#status;
    return over.aborted || containerID !== id || state?.running === undefined;
  }

  /** Where the log of an attempt is to be had now; nowhere, once two others have followed it. */
  #sourceOf({ id, isPrevious }: Attempt): LogSource | undefined {
    const { name: container, containerID, state, lastState } = this.#status;
    const { namespace, podName: pod } = this.settings;
    const source = { namespace, pod, container };
    // Waiting to start again, its current log is also its previous one, and stays the previous one when it has started.
    const isLast = lastState?.terminated?.containerID === id && (containerID !== id || state?.waiting !== undefined);
    if (isLast || (isPrevious && containerID === id)) return { ...source, previous: true };
    return containerID === id ? source : undefined;
  }

  async #read(attempt: Attempt): Promise<void> {
    const { number } = attempt;
    const unshown = new Unshown();
    let failures = 0;
    let isWhole = false;
    let pauseMs: number = retryMs.first;
    while (!this.#isStopped()) {
      if (await this.#readIfMissed(attempt)) break;
      const source = this.#sourceOf(attempt);
      const wasOver = this.#isOver(attempt);
      const known = attempt.seen.last;
      let isEnd = false;
      try {
        if (source === undefined) throw new ApiError(404, "the log of this attempt is gone");
        const end = await this.#readOnce(attempt, source, unshown);
        if (end === "other") continue;
        isEnd = end === "whole";
        if (wasOver || unshown.isCut) break;
        failures = 0;
        isWhole = isEnd;
        if (!isEnd) continue;
        // Ended although the container runs on, as far as is known: its log was rotated, or its end isn't reported yet.
      } catch (error) {
        if (this.#isStopped()) break;
        if (!(error instanceof ApiError)) isWhole = false;
        if (error instanceof ApiError && error.status === 403) {
          this.settings.onDenied(error);
          break;
        }
        // Where nothing answers, it is asked again for as long as the Pod is waited for.
        if (error instanceof ApiError && (isFinal(error) || (wasOver && ++failures >= maxFailures))) {
          if (attempt.seen.first === "") this.#live.sayGone(number);
          else if (!isWhole) this.#live.say(number, "(the rest of this attempt's log is gone)");
          break;
        }
      }
      pauseMs = attempt.seen.last === known ? Math.min(pauseMs * 2, retryMs.most) : retryMs.first;
      await this.#pause(attempt, isEnd && !this.#isOver(attempt) ? endedMs : pauseMs);
    }
    const end = unshown.isCut ? await this.#endOf(attempt) : unshown.end(this.settings.mask);
    if (this.#isStopped()) return;
    for (const line of [...unshown.summary(end.length), ...end]) this.#live.say(number, line);
  }

  /** The last lines of an attempt, once it has ended. */
  async #endOf(attempt: Attempt): Promise<string[]> {
    const signal = AbortSignal.any([this.stop, attempt.over]);
    if (!signal.aborted) await once(signal, "abort");
    const source = this.#isStopped() ? undefined : this.#sourceOf(attempt);
    if (source === undefined) return [];
    const tail = await readTail(this.settings.client, source, this.settings.mask).catch(() => undefined);
    return tail?.lines.slice(-lastLines) ?? [];
  }

  /** Reads the log until it has ended, has fallen silent, or turns out to be that of the next attempt. */
  async #readOnce(attempt: Attempt, source: LogSource, unshown: Unshown): Promise<"whole" | "silent" | "other"> {
    attempt.seen.restart();
    if (source.previous !== true) attempt.mayBeAnother = true;
    const found = { gone: false };
    const show = (line: RawLine): void => {
      if (isGone(line)) found.gone = true;
      else if (!this.#isShown(attempt, line)) this.#live.show(attempt.number, line, unshown);
    };
    // Asked for again, the current log may be that of the next attempt: its new lines are held until that is known.
    let isDoubtful = source.previous !== true && attempt.seen.first !== "";
    const held: RawLine[] = [];
    const splitter = new LineSplitter(
      (line) => {
        const isHeld = isDoubtful && !isGone(line) && (held.length > 0 || attempt.seen.isBeyond(line.stamp));
        if (isHeld) held.push(line);
        else show(line);
      },
      { stamped: true },
    );
    const isOther = async (): Promise<boolean> => {
      if (held.length === 0) return false;
      if (await this.#isFollowed(attempt, source)) {
        attempt.becomePrevious();
        return true;
      }
      isDoubtful = false;
      held.splice(0).forEach(show);
      return false;
    };
    const follow = !this.#isOver(attempt);
    const silence = new SilenceLimit(attempt.over, follow ? quietMs : lastLinesMs);
    try {
      const query = { follow, timestamps: true, sinceTime: attempt.seen.since };
      const signal = AbortSignal.any([this.stop, silence.signal]);
      const response = await openLog(this.settings.client, source, query, signal);
      for await (const chunk of response) {
        silence.refresh();
        splitter.write(chunk as Buffer);
        if (await isOther()) return "other";
        if (this.#live.areFull || splitter.isDropping) unshown.bytes += (chunk as Buffer).length;
        // Leaving the loop closes the connection.
        if (unshown.isTooMuch || (unshown.bytes > 0 && silence.msSinceEnd > floodMs)) {
          unshown.isCut = true;
          break;
        }
      }
    } catch (error) {
      if (!silence.signal.aborted) throw error;
    } finally {
      silence.close();
    }
    splitter.end();
    if (await isOther()) return "other";
    if (found.gone) throw new ApiError(404, "the log of this attempt is gone");
    return silence.signal.aborted ? "silent" : "whole";
  }

  /**
   * Whether kubelet knows of a next attempt already, though the Pod's status does not show it yet.
   * @throws where it can't be told now.
   */
  async #isFollowed({ seen }: Attempt, source: LogSource): Promise<boolean> {
    try {
      const first = await this.#firstStamp({ ...source, previous: true });
      return first !== undefined && (seen.covers(first) || seen.isBeyond(first));
    } catch (error) {
      if (error instanceof ApiError && (error.status === 400 || error.status === 404)) return false;
      throw error;
    }
  }

  /** Whether a line was handed out, be it under the name of another attempt. */
  #isShown(attempt: Attempt, { stamp }: RawLine): boolean {
    if (stamp !== undefined) {
      for (const other of this.#known.values()) if (other !== attempt && other.seen.covers(stamp)) return true;
    }
    return !attempt.seen.isNew(stamp);
  }

  /**
   * A request for the current attempt may have met the next one already. Once that one is known to run, the first line of
   * the earlier log tells whose lines were handed out.
   */
  async #readIfMissed(attempt: Attempt): Promise<boolean> {
    const source = this.#sourceOf(attempt);
    if (source?.previous !== true || !attempt.mayBeAnother || this.#live.areFull) return false;
    attempt.mayBeAnother = false;
    // Without it, what was handed out is taken for what it should be.
    const first = await this.#firstStamp(source).catch(() => undefined);
    if (first === undefined || attempt.seen.covers(first)) return false;
    const missed = new Attempt(attempt.id, attempt.number);
    missed.end();
    // What was read under this attempt's name is kept under another, so that it isn't shown once more.
    this.#known.set(attempt.id, missed).set(`not ${attempt.id}`, attempt);
    await this.#read(missed);
    return true;
  }

  async #firstStamp(source: LogSource): Promise<string | undefined> {
    let first: string | undefined;
    const splitter = new LineSplitter(({ stamp }) => (first ??= stamp), { stamped: true });
    const response = await openLog(this.settings.client, source, { timestamps: true, limitBytes: 64 }, this.stop);
    for await (const chunk of response) splitter.write(chunk as Buffer);
    splitter.end();
    return first;
  }

  async #pause(attempt: Attempt, ms: number): Promise<void> {
    const signal = this.#isOver(attempt) ? this.stop : AbortSignal.any([this.stop, attempt.over]);
    await delay(ms, signal);
  }
}

function isFinal({ status }: ApiError): boolean {
  return status < 500 && status !== 429;
}

/** One run of a container. */
class Attempt {
  readonly seen = new SeenLines();
  /** Whether what was read may be the log of the attempt after this one. */
  mayBeAnother = false;
  #isPrevious = false;
  readonly #over = new AbortController();

  constructor(
    readonly id: string,
    /** 1 for the first. */
    readonly number: number,
  ) {}

  /** Aborted when the attempt has ended. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  end(): void {
    this.#over.abort();
  }

  /** Whether its log is the previous one already, though the Pod's status may not show it yet. */
  get isPrevious(): boolean {
    return this.#isPrevious;
  }

  becomePrevious(): void {
    this.#isPrevious = true;
    this.mayBeAnother = false;
    this.end();
  }
}
