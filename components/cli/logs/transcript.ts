import { type ShownAttempt, shownAttempts } from "../../cluster/containers";
import type { LogLine } from "../../cluster/logs";
import type { ContainerStatus } from "../../cluster/pods";
import { endedHow } from "../../cluster/report";
import { formatDuration, millisecondsBetween } from "../../text";
import type { LogEntry } from "./entry";

interface Known extends ShownAttempt {
  step: string;
  isTold: boolean;
  isEndTold: boolean;
}

/** Puts the lines of a Pod's containers below the attempts that wrote them: each attempt is told of once, in order. */
export class Transcript {
  /** In the order of steps and attempts. */
  #attempts: Known[] = [];

  constructor(
    private readonly of: Pick<LogEntry, "name" | "namespace" | "pod">,
    private readonly emit: (entry: LogEntry) => void,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Takes in what the containers' status shows. */
  see(statuses: readonly ContainerStatus[]): void {
    this.#attempts = statuses.flatMap((status) => {
      const known = this.#attempts.filter(({ step }) => step === status.name);
      const shown = shownAttempts(status);
      for (const one of shown) {
        const before = known.find(({ id }) => id === one.id);
        if (before === undefined) known.push({ ...one, step: status.name, isTold: false, isEndTold: false });
        else Object.assign(before, one);
      }
      return known.sort((left, right) => left.number - right.number);
    });
  }

  take({ container, attempt, text, time }: LogLine): void {
    const at = this.#attempts.findIndex((known) => known.step === container && known.number === attempt);
    this.#tellUpTo(at);
    this.#tell(time === undefined ? "note" : "line", { step: container, number: attempt }, text, { time });
  }

  /** Tells of the attempts that wrote nothing, and of those that have ended since they were told of. */
  finish(): void {
    this.#tellUpTo(this.#attempts.length - 1);
    this.#tellEnds();
  }

  #tellUpTo(last: number): void {
    for (const attempt of this.#attempts.slice(0, last + 1).filter(({ isTold }) => !isTold)) {
      this.#tellEnds();
      attempt.isTold = true;
      attempt.isEndTold = attempt.end !== undefined;
      this.#tell("attempt", attempt, this.#wordsOf(attempt), {
        time: attempt.startedAt,
        exitCode: attempt.end?.exitCode,
      });
    }
  }

  #tellEnds(): void {
    for (const attempt of this.#attempts) {
      const { isTold, isEndTold, end } = attempt;
      if (!isTold || isEndTold || end === undefined) continue;
      attempt.isEndTold = true;
      const { exitCode, finishedAt } = end;
      this.#tell("end", attempt, this.#wordsOf(attempt), { time: finishedAt ?? undefined, exitCode });
    }
  }

  #wordsOf({ startedAt, end }: ShownAttempt): string {
    const ms = millisecondsBetween(startedAt, end === undefined ? this.now() : end.finishedAt);
    if (end === undefined) return ms === undefined ? "runs" : `has run for ${formatDuration(ms)} so far`;
    return endedHow(end) + (ms === undefined ? "" : ` after ${formatDuration(ms)}`);
  }

  #tell(
    kind: LogEntry["kind"],
    { step, number }: Pick<Known, "step" | "number">,
    text: string,
    { time, exitCode }: Pick<Partial<LogEntry>, "time" | "exitCode">,
  ): void {
    this.emit({
      kind,
      ...this.of,
      step,
      attempt: number,
      text,
      ...(time === undefined ? {} : { time }),
      ...(exitCode === undefined ? {} : { exitCode }),
    });
  }
}
