import type { Labels, Retries, Timeouts } from "../../contract";
import { EventReader, type EventReaderSettings, isBeforeStart, type Pod, type PodEvent, type PodWatch } from "../pods";
import { progressLine } from "../report";
import { type FailedVerdict, markVerdict, type ProgressVerdict, stateKey, verdict } from "../verdict";
import { RunningTimes } from "./runningTimes";

export interface PodWaitSettings extends EventReaderSettings {
  watch: PodWatch;
  podName: string;
  /** Labels by which the Pod is found. */
  selector: Labels;
  retries: Retries;
  mustServe: boolean;
  timeouts?: Timeouts;
  /** Whether this Pod was there before anybody watched it. */
  existed: boolean;
  timeoutSeconds: number;
  /** When to give up, as `performance.now()` tells the time: a clock that is set meanwhile changes nothing. */
  deadline: number;
  /** Told of the Pod as it is at first, and at each change. */
  onPod: (pod: Pod) => void;
  /** Ends the wait with its reason as an error. */
  signal?: AbortSignal;
  /** What else is known of an init container that runs and runs. */
  noteOn: (container: string) => string | undefined;
}

/** What became of a Pod that was waited for. */
export type Outcome =
  | { kind: "ready"; pod: Pod }
  | {
      kind: "failed";
      /** As last seen. */
      pod: Pod | undefined;
      verdict: FailedVerdict;
      events: readonly PodEvent[];
    };

const tickMs = 1_000;

/**
 * Waits until a Pod is Ready, has completed, or can't get Ready any more: whatever comes first, and the deadline at the
 * latest, whatever is heard of the Pod by then, or nothing at all.
 *
 * @throws what keeps the Pod from being watched for good, such as rights that are missing
 */
export async function waitForPod(settings: PodWaitSettings, found: Pod | undefined): Promise<Outcome> {
  return await new PodWait(settings).run(found);
}

class PodWait {
  readonly #events: EventReader;
  readonly #running: RunningTimes;
  #resolve: (outcome: Outcome) => void = () => undefined;
  #pod: Pod | undefined;
  #settled = false;
  #state = "";
  #stateSince = performance.now();
  #progress: ProgressVerdict = { kind: "pending" };
  #line = "";
  #lineSince = performance.now();
  #lineReported = false;

  constructor(private readonly settings: PodWaitSettings) {
    this.#events = new EventReader(settings);
    this.#running = new RunningTimes(settings.existed);
  }

  async run(found: Pod | undefined): Promise<Outcome> {
    const { watch, podName, podUid, signal } = this.settings;
    const timer = setInterval(() => this.#tick(), tickMs);
    let unsubscribe = (): void => undefined;
    try {
      return await new Promise<Outcome>((resolve, reject) => {
        this.#resolve = resolve;
        signal?.addEventListener("abort", () => {
          this.#settled = true;
          reject(signal.reason as Error);
        });
        if (found !== undefined) this.#see(found);
        unsubscribe = watch.subscribe(
          { name: podName, uid: podUid, version: found?.metadata.resourceVersion },
          {
            changed: (pod) => (pod === undefined ? this.#gone() : this.#see(pod)),
            failed: (error) => {
              this.#settled = true;
              reject(error);
            },
          },
        );
      });
    } finally {
      clearInterval(timer);
      unsubscribe();
    }
  }

  #see(pod: Pod): void {
    if (this.#settled) return;
    this.#pod = pod;
    this.settings.onPod(pod);
    this.#judge(pod);
  }

  #gone(): void {
    this.#fail({ kind: "failed", reason: "Deleted", message: "it was deleted from outside while it was waited for" });
  }

  #judge(pod: Pod): void {
    if (this.#settled) return;
    const unmarked = markVerdict(pod, this.settings.selector);
    if (unmarked !== undefined) {
      this.#fail(unmarked);
      return;
    }
    const { events } = this.#events;
    const now = performance.now();
    const state = stateKey(pod, this.settings);
    if (state !== this.#state) {
      this.#state = state;
      this.#stateSince = now;
      this.#events.readSoon();
    }
    const seenSeconds = (now - this.#stateSince) / 1000;
    const judged = verdict(pod, events, {
      ...this.settings,
      seenSeconds,
      runningSeconds: this.#running.of(pod, now),
    });
    if (judged.kind === "failed") this.#fail(judged);
    else if (judged.kind === "ready" || judged.kind === "completed") this.#settle({ kind: "ready", pod });
    else {
      this.#progress = judged;
      // What an event tells has held since the state began.
      const since = judged.reason === "FailedMount" ? this.#stateSince : now;
      this.#report(progressLine(pod, judged, this.settings.retries) + this.#note(pod, judged), since);
    }
  }

  #tick(): void {
    if (this.#settled) return;
    const pod = this.#pod;
    if (pod !== undefined) this.#judge(pod);
    if (performance.now() >= this.settings.deadline) this.#fail(deadlineVerdict(this.settings, pod, this.#progress));
    else if (pod !== undefined && isBeforeStart(pod)) {
      void this.#events.refresh().then((isNew) => {
        if (isNew && this.#pod !== undefined) this.#judge(this.#pod);
      });
    }
  }

  #note(pod: Pod, { kind, container }: ProgressVerdict): string {
    const note =
      kind === "initializing" && container !== undefined && runs(pod, container)
        ? this.settings.noteOn(container)
        : undefined;
    return note === undefined ? "" : `; ${note}`;
  }

  /** A state is told once it has lasted: most go by in a moment. */
  #report(line: string, since: number): void {
    if (line !== this.#line) {
      this.#line = line;
      this.#lineSince = since;
      this.#lineReported = false;
    }
    if (this.#lineReported || performance.now() - this.#lineSince < tickMs) return;
    this.#lineReported = true;
    this.settings.report(line);
  }

  #fail(failed: FailedVerdict): void {
    this.#settle({ kind: "failed", pod: this.#pod, verdict: failed, events: this.#events.events });
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#resolve(outcome);
  }
}

function runs({ status }: Pod, container: string): boolean {
  return status?.initContainerStatuses?.some(({ name, state }) => name === container && state?.running) === true;
}

/** What is said of a Pod that is not Ready at the deadline. */
export function deadlineVerdict(
  { timeoutSeconds, watch }: Pick<PodWaitSettings, "timeoutSeconds" | "watch">,
  pod: Pod | undefined,
  { kind, container, reason, message }: ProgressVerdict,
): FailedVerdict {
  const after = `after ${timeoutSeconds} s`;
  const silent = watch.silentSeconds;
  const answers = silent === undefined ? "" : `. The API server has not answered for the last ${silent} s`;
  if (pod === undefined) {
    return { kind: "failed", reason: "Timeout", message: `the API server did not show it within ${timeoutSeconds} s` };
  }
  const isRunning = container !== undefined && runs(pod, container);
  const what = {
    pending: `still not scheduled ${after}`,
    initializing: isRunning ? `still running ${after}` : `not done ${after}`,
    starting: `not Ready ${after}${reason === undefined ? ": does its readiness probe pass?" : ""}`,
  }[kind as "pending" | "initializing" | "starting"];
  const why = reason === undefined ? "" : ` (${reason}${message === undefined ? "" : `: ${message}`})`;
  return { kind: "failed", container, reason: "Timeout", message: `${what}${why}${answers}` };
}
