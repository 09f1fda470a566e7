import { formatDuration, millisecondsBetween } from "../../text";
import { within } from "../../time";
import type { LogSource } from "../logs";
import { type ContainerSummary, hasFailed, obstacleOf, type PodSummary } from "../pods";

/** One container of a Pod, as the forwarder's page and `init-pod status` tell of it. */
export interface Step {
  name: string;
  /** `failed` also where another attempt will follow, or where it can't start. */
  state: ContainerSummary["state"];
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
export class Steps {
  readonly #tails = new Map<string, { lines: Promise<string[]>; until: number }>();

  constructor(
    private readonly read: ((source: LogSource) => Promise<string[]>) | undefined,
    /** Of which steps to tell the log. */
    private readonly tellsLog: (state: Step["state"]) => boolean = () => true,
  ) {}

  async of(pod: PodSummary, now = new Date()): Promise<Step[]> {
    const tails = await Promise.all(pod.init.map((container) => this.#tail(pod, container)));
    const init = pod.init.map((container, index) => stepOf(container, now, tails[index] ?? []));
    return [...init, ...pod.containers.map((container) => stepOf(container, now, []))];
  }

  async #tail(pod: PodSummary, container: ContainerSummary): Promise<string[]> {
    const { name, state, restarts, startedAt } = container;
    if (this.read === undefined || startedAt === undefined || !this.tellsLog(stateOf(container))) return [];
    const attempt = `${pod.uid} ${name} ${restarts} ${state}`;
    const now = performance.now();
    const known = this.#tails.get(attempt);
    if (known !== undefined && known.until > now) return await known.lines;
    for (const [key, { until }] of this.#tails) if (until < now) this.#tails.delete(key);
    const lines = patient(this.read({ namespace: pod.namespace, pod: pod.name, container: name }));
    this.#tails.set(attempt, { lines, until: now + freshMs });
    return await lines;
  }
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

function stepOf(container: ContainerSummary, now: Date, log: string[]): Step {
  const { name, state, startedAt, finishedAt } = container;
  const ms = millisecondsBetween(startedAt, state === "running" ? now : finishedAt);
  const duration = ms === undefined ? "" : formatDuration(ms);
  return { name, state: stateOf(container), text: textOf(container), duration, log };
}

function stateOf(container: ContainerSummary): Step["state"] {
  return hasFailed(container) || obstacleOf(container) !== undefined ? "failed" : container.state;
}

function textOf(container: ContainerSummary): string {
  const { state, exitCode, restarts } = container;
  const obstacle = obstacleOf(container);
  if (obstacle !== undefined) return obstacle;
  const attempt = restarts > 0 ? `, attempt ${restarts + 1}` : "";
  if (hasFailed(container)) return `failed with exit code ${exitCode ?? "?"}${attempt}`;
  return state === "waiting" ? "waiting" : `${state}${attempt}`;
}
