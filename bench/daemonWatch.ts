import { readdirSync, readFileSync } from "node:fs";
import { daemonOf } from "../tests/integration/support/machine.ts";
import { median, round } from "./measure.ts";

const sampleMs = 1_000;
/** Compared at the start and at the end; fewer where the whole is shorter than twice as many. */
const comparedMinutes = 5;

/** Memory and open descriptors of the daemon: each minute for the report, each second for the maximum. */
export class DaemonWatch {
  readonly mebibytes: number[] = [];
  readonly descriptors: number[] = [];
  readonly #stateHome: string;
  readonly #timer: NodeJS.Timeout;
  readonly #most = { mebibytes: 0, descriptors: 0 };
  #pid: number | undefined;
  #restarts = 0;

  constructor(stateHome: string) {
    this.#stateHome = stateHome;
    this.#pid = daemonOf(stateHome)?.pid;
    this.#timer = setInterval(() => this.#sample(), sampleMs);
  }

  record(): void {
    const { mebibytes, descriptors } = this.#sample();
    this.mebibytes.push(mebibytes);
    this.descriptors.push(descriptors);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  figures(): object {
    return {
      restarts: this.#restarts,
      mebibytes: { ...flatness(this.mebibytes), most: this.#most.mebibytes, eachMinute: this.mebibytes },
      descriptors: { ...flatness(this.descriptors), most: this.#most.descriptors, eachMinute: this.descriptors },
    };
  }

  /** Zeros while there is no daemon. */
  #sample(): { mebibytes: number; descriptors: number } {
    const held = heldBy(this.#pid);
    if (held === undefined) {
      const pid = daemonOf(this.#stateHome)?.pid;
      if (pid !== undefined) this.#restarts++;
      this.#pid = pid;
      return heldBy(pid) ?? { mebibytes: 0, descriptors: 0 };
    }
    this.#most.mebibytes = Math.max(this.#most.mebibytes, held.mebibytes);
    this.#most.descriptors = Math.max(this.#most.descriptors, held.descriptors);
    return held;
  }
}

function heldBy(pid: number | undefined): { mebibytes: number; descriptors: number } | undefined {
  try {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    if (kibibytes === undefined) return undefined;
    return { mebibytes: round(Number(kibibytes) / 1024), descriptors: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return undefined;
  }
}

/** The first of the values is that of the start. */
function flatness([start, ...minutes]: number[]): object {
  const count = Math.max(1, Math.min(comparedMinutes, Math.floor(minutes.length / 2)));
  const [first, last] = [median(minutes.slice(0, count)), median(minutes.slice(-count))];
  return {
    start,
    end: minutes.at(-1),
    firstMinutes: round(first),
    lastMinutes: round(last),
    growth: round(last - first),
  };
}
