import { type Pod, statusesOf } from "../pods";
import { type RunningSeconds, runningSecondsAt } from "../verdict";

/**
 * For how long the attempts of a Pod's containers run. One that is seen from its start is timed by this machine's clock
 * alone, whatever the node's says; one that ran before the Pod was watched, from when the node says that it has begun.
 */
export class RunningTimes {
  #attempts = new Map<string, { attempt: string; sinceMs: number }>();
  #isWatched: boolean;

  /** `existed`: whether the Pod was there before anybody watched it. */
  constructor(existed: boolean) {
    this.#isWatched = !existed;
  }

  /** Of the Pod as it is now; `nowMs`: as `performance.now()` tells the time. */
  of(pod: Pod, nowMs: number): RunningSeconds {
    const earlier: RunningSeconds = this.#isWatched ? new Map() : runningSecondsAt(pod, new Date());
    this.#isWatched = true;
    this.#attempts = new Map(
      statusesOf(pod).flatMap(({ name, restartCount, state }) => {
        if (state?.running === undefined) return [];
        const attempt = `${restartCount} ${state.running.startedAt ?? ""}`;
        const known = this.#attempts.get(name);
        const sinceMs = known?.attempt === attempt ? known.sinceMs : nowMs - 1000 * (earlier.get(name) ?? 0);
        return [[name, { attempt, sinceMs }]];
      }),
    );
    return new Map([...this.#attempts].map(([name, { sinceMs }]) => [name, (nowMs - sinceMs) / 1000]));
  }
}
