import type { Expectations } from "../../contract";
import { isReady, type Pod, type PodEvent } from "../pods";
import { graceSeconds } from "./graces";
import { withProbe } from "./probes";
import { progressOf } from "./progress";
import { completion, lostForGood, suspicionsOf } from "./rules";
import type { Suspicion, Verdict, VerdictSettings } from "./types";

/**
 * Judges a Pod by its spec and status, and by its events for the little that no status tells.
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
 */
export function verdict(pod: Pod, events: readonly PodEvent[], settings: VerdictSettings): Verdict {
  const lost = lostForGood(pod);
  if (lost) return lost;
  if (isReady(pod)) return { kind: "ready" };
  if (pod.status?.phase === "Succeeded") return completion(pod, settings);
  const suspicions = suspicionsOf(pod, events, settings);
  const proven = suspicions.find((suspicion) => isProven(suspicion, settings));
  return proven === undefined ? progressOf(pod, suspicions[0]?.failure) : withProbe(proven.failure, pod, events);
}

/**
 * Names the state that a Pod is in: while it stays the same, the seconds of `seenSeconds` go on, however often a container
 * is tried again meanwhile. Events don't count: they are heard of late, and what they tell has held since the state began.
 */
export function stateKey(pod: Pod, expected: Expectations): string {
  const { kind, container } = progressOf(pod);
  const doubts = suspicionsOf(pod, [], expected).map(({ grace, failure }) => [grace, failure.container]);
  return JSON.stringify([kind, container, ...doubts]);
}

function isProven({ grace, seenSeconds = 0 }: Suspicion, settings: VerdictSettings): boolean {
  return grace === undefined || Math.max(seenSeconds, settings.seenSeconds) >= graceSeconds[grace];
}
