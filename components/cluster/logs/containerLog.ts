import type { ApiError, ClusterClient } from "../api";
import { shownAttempts } from "../containers";
import type { ContainerStatus } from "../pods";
import { Attempt } from "./attempt";
import type { RawLine } from "./lines";
import { LiveLines, type Report, Unshown } from "./liveLines";
import { readAttempt } from "./readAttempt";

export interface ContainerLogSettings {
  client: ClusterClient;
  namespace: string;
  podName: string;
  /** Hides known secrets. */
  mask: (text: string) => string;
  /** Told of each line. */
  report: Report;
  /** Told of each line that is shown, without its container's name. */
  heard?: (container: string, line: string) => void;
  /** So many lines of one container are shown; then the last ones of each attempt. */
  mostLines?: number;
  /** Told that logs may not be read. */
  onDenied: (error: ApiError) => void;
  /** A followed log that says nothing for so long is asked for again, as its connection may be dead. */
  silenceMs: number;
}

/** The live log of one init container: each attempt once, from its start, one after the other. */
export class ContainerLog {
  /** Those that are known, the latest last. */
  readonly #attempts: Attempt[] = [];
  /** The latest reading of each. */
  readonly #reading = new Map<Attempt, Promise<void>>();
  readonly #live: LiveLines;
  #work: Promise<void> | undefined;

  constructor(
    private readonly settings: ContainerLogSettings,
    private readonly container: string,
    private readonly stop: AbortSignal,
    /** The log whose lines come before this one's: of the init container that ended before this one started. */
    private readonly predecessor: ContainerLog | undefined,
  ) {
    this.#live = new LiveLines(container, settings);
  }

  /** Resolves when all attempts that are known so far have been read to their end. */
  get done(): Promise<void> {
    return this.#work ?? Promise.resolve();
  }

  /** Resolves when all attempts that have ended have been read to their end, be the next one at work or not. */
  get endedDone(): Promise<void> {
    const last = this.#attempts.findLast(({ over }) => over.aborted);
    return (last && this.#reading.get(last)) ?? Promise.resolve();
  }

  /** Says of each attempt that has ended and was not read to its end that it was not. */
  sayUnread(why: string): void {
    for (const attempt of this.#attempts) {
      if (attempt.over.aborted && !attempt.isRead) this.#live.sayUnread(attempt, why);
    }
  }

  /** The last lines of an attempt, as far as they were read; none of one that is not known. */
  lastLines(id: string): readonly RawLine[] {
    return this.#attempts.find((attempt) => attempt.id === id)?.lastLines ?? [];
  }

  /** The last lines of an attempt whose log was read from its start to its end; undefined of any other. */
  endOfWhole(id: string): readonly RawLine[] | undefined {
    const attempt = this.#attempts.find((attempt) => attempt.id === id);
    return attempt?.isRead && attempt.isWhole && !attempt.isInDoubt ? attempt.lastLines : undefined;
  }

  update(status: ContainerStatus): void {
    for (const attempt of this.#attempts) {
      if (attempt.update(status)) this.#enqueueReading(attempt);
    }
    const shown = shownAttempts(status);
    const first = shown[0]?.number ?? 0;
    const next = (this.#attempts.at(-1)?.number ?? 0) + 1;
    if (first > next) void this.#enqueue(() => this.#live.sayGone(next, first - 1));
    for (const { id, number } of shown) this.#follow(id, number, status);
  }

  /** Reads an attempt that is new, or whose lines turn out to be in doubt after they were read. */
  #follow(id: string, number: number, status: ContainerStatus): void {
    const known = this.#attempts.find((attempt) => attempt.id === id);
    const attempt = known ?? new Attempt(id, number, status, this.#attempts.at(-1));
    if (known === undefined) this.#attempts.push(attempt);
    if (known === undefined || known.isInDoubt) this.#enqueueReading(attempt);
  }

  #enqueueReading(attempt: Attempt): void {
    this.#reading.set(
      attempt,
      this.#enqueue(async () => await this.#read(attempt)),
    );
  }

  #enqueue(action: () => unknown): Promise<void> {
    this.#work ??= this.predecessor?.done ?? Promise.resolve();
    this.#work = this.#work.then(async () => {
      if (!this.stop.aborted) await action();
    });
    return this.#work;
  }

  async #read(attempt: Attempt): Promise<void> {
    const { client, namespace, podName, mask, onDenied, silenceMs } = this.settings;
    await readAttempt({
      client,
      current: { namespace, pod: podName, container: this.container },
      attempt,
      live: this.#live,
      unshown: new Unshown(),
      stop: this.stop,
      mask,
      onDenied,
      silenceMs,
    });
  }
}
