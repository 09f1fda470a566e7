import { formatDuration, millisecondsBetween } from "../../../text";
import { within } from "../../../time";
import {
  type ContainerInPod,
  containersOf,
  type ContainerState,
  containerState,
  restartingAll,
} from "../../containers";
import type { LogSource } from "../../logs";
import type { Pod } from "../../pods";
import { isWithin, lastWords } from "../lastWords";
import { endedHow } from "./endedHow";

/** One container of a Pod, as the forwarder's page and `init-pod status` tell of it. */
export interface Step {
  name: string;
  /** `failed` also where another attempt will follow, or where it can't start. */
  state: "waiting" | "running" | "done" | "failed";
  /** State in words, such as `failed with exit code 22`. */
  text: string;
  /** For how long it has run or ran, such as `12 s`; "" where it has not begun. */
  duration: string;
  /** Last lines of its log. */
  log: string[];
}

/** A sign for each state, where one is seen before words are read. */
export const stepMarks: Readonly<Record<Step["state"], string>> = {
  done: "✓",
  failed: "✗",
  running: "●",
  waiting: "○",
};

const tailLines = 6;
/** An answer does not wait longer for logs. */
const patienceMs = 1_000;
/** Many clients that ask at once cost the API server no more than one. */
const freshMs = 900;

/** Tells of the containers of a Pod, with the ends of their logs where `read` is given. */
export class StepReporter {
  readonly #tails = new Map<string, { lines: Promise<string[]>; until: number }>();

  constructor(
    private readonly read: ((source: LogSource) => Promise<string[]>) | undefined,
    /** Of which steps to tell the log. */
    private readonly tellsLog: (state: Step["state"]) => boolean = () => true,
  ) {}

  /** Init containers in order, with their logs, then the app's. */
  async stepsOf(pod: Pod, now = new Date()): Promise<Step[]> {
    return await Promise.all(
      containersOf(pod).map(async (container) =>
        stepOf(container, now, container.role === "app" ? [] : await this.#tail(pod, container)),
      ),
    );
  }

  async #tail({ metadata: { uid, namespace, name: pod } }: Pod, inPod: ContainerInPod): Promise<string[]> {
    const { name: container } = inPod.status;
    const state = containerState(inPod);
    if (this.read === undefined || state.attempt === 0 || !this.tellsLog(stateOf(state))) return [];
    const attempt = `${uid} ${container} ${state.attempt} ${state.kind}`;
    const now = performance.now();
    const known = this.#tails.get(attempt);
    if (known !== undefined && known.until > now) return await known.lines;
    for (const [key, { until }] of this.#tails) if (until < now) this.#tails.delete(key);
    const words = state.kind === "failed" ? lastWords(state.ended, (text) => text) : [];
    const lines = patient(this.read({ namespace, pod, container })).then((log) => withWords(log, words));
    this.#tails.set(attempt, { lines, until: now + freshMs });
    return await lines;
  }
}

/** A log with the last words of its container, where it does not say them itself. */
function withWords(log: string[], words: readonly string[]): string[] {
  return isWithin(words, log) ? log : [...log, ...words.slice(-tailLines)];
}

/** No log is no reason to tell nothing. */
async function patient(reading: Promise<string[]>): Promise<string[]> {
  const lines = await within(
    patienceMs,
    reading.catch(() => []),
    () => [],
  );
  return lines.slice(-tailLines);
}

function stepOf(container: ContainerInPod, now: Date, log: string[]): Step {
  const state = containerState(container);
  const ms = millisecondsBetween(state.startedAt, state.kind === "running" ? now : state.finishedAt);
  const duration = ms === undefined ? "" : formatDuration(ms);
  return { name: container.status.name, state: stateOf(state), text: textOf(state), duration, log };
}

function stateOf({ kind }: ContainerState): Step["state"] {
  if (kind === "stopped") return "done";
  return kind === "held" ? "failed" : kind;
}

function textOf({ kind, reason = "", ended, attempt }: ContainerState): string {
  const counted = attempt > 1 ? `, attempt ${attempt}` : "";
  switch (kind) {
    case "held":
      return reason === "" ? "waiting" : reason;
    case "failed":
      return `${ended === undefined ? "failed" : endedHow(ended)}${counted}`;
    case "stopped":
      return `stopped (exit code ${ended?.exitCode ?? "?"})`;
    case "waiting":
      return reason === restartingAll ? "restarts with the whole Pod" : "waiting";
    default:
      return `${kind}${counted}`;
  }
}
