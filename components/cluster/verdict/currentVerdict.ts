import { type Expectations, expectationsOf } from "../../contract";
import { millisecondsBetween } from "../../text";
import { succeeded } from "../containers";
import { conditionOf, type Pod, type PodEvent, statusesOf } from "../pods";
import type { RunningSeconds, Verdict } from "./types";
import { verdict } from "./verdict";

/**
 * The verdict on a Pod that nobody has watched, by what its annotations say that is expected of it: the same as `up` comes
 * to, but for a state that may heal and has begun without a trace, which is taken to be as old as it can be.
 */
export function currentVerdict(
  pod: Pod,
  events: readonly PodEvent[],
  now = new Date(),
  expected: Expectations = expectationsOf(pod.metadata.annotations),
): Verdict {
  return verdict(pod, events, {
    ...expected,
    seenSeconds: secondsInState(pod, now),
    runningSeconds: runningSecondsAt(pod, now),
  });
}

/** For how many seconds the containers that run have run, by the node's clock against the one of `now`. */
export function runningSecondsAt(pod: Pod, now: Date): RunningSeconds {
  return new Map(
    statusesOf(pod).flatMap(({ name, state }) => {
      const ms = millisecondsBetween(state?.running?.startedAt, now);
      return ms === undefined ? [] : [[name, ms / 1000]];
    }),
  );
}

/**
 * For how many seconds a Pod can have been in its state at most: since it was made, has got a node, or a container that
 * others wait for was done. Times of failing attempts don't count, as a state goes on while it is tried again.
 */
function secondsInState(pod: Pod, now: Date): number {
  const scheduled = conditionOf(pod, "PodScheduled");
  const done = statusesOf(pod).map(({ state }) =>
    succeeded(state?.terminated) ? state?.terminated?.finishedAt : undefined,
  );
  const since = [pod.metadata.creationTimestamp, scheduled?.lastTransitionTime, ...done].map((time) =>
    Date.parse(time ?? ""),
  );
  const latest = Math.max(...since.filter((ms) => !Number.isNaN(ms)));
  return (now.getTime() - latest) / 1000;
}
