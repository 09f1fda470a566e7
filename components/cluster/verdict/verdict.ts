import { graceSeconds } from "./graces";
import type { Pod, PodEvent } from "../pods/pod";
import { isReady } from "../pods/pod";
import { progressOf } from "./progress";
import type { Suspicion } from "./rules";
import { completion, lostForGood, suspicionsOf } from "./rules";

export { graceSeconds } from "./graces";

/** What is to be said of a Pod: it goes on, it is done, or it can't get Ready. */
export type Verdict = ProgressVerdict | FailedVerdict;

export interface ProgressVerdict {
  kind: "pending" | "initializing" | "starting" | "ready" | "completed";
  /** Container that is waited for. */
  container?: string;
  /** What holds the Pod up, where more is known than that it takes its time: `ImagePullBackOff`, `SchedulingGated`. */
  reason?: string;
  /** What Kubernetes says of it. */
  message?: string;
}

export interface FailedVerdict {
  kind: "failed";
  /** Init or app container at fault; none where the Pod as a whole is. */
  container?: string;
  /** A Kubernetes reason such as `CrashLoopBackOff`, `InvalidImageName`, `Evicted`. */
  reason: string;
  /** Exit code of the last failed attempt; none where it never ran, ended with 0, or its real exit code is not known. */
  exitCode?: number;
  /** What Kubernetes says of it. */
  message?: string;
}

export interface VerdictSettings {
  /** Failing attempts of a container that are tolerated after the first: one number, or one per container. */
  retries: number | { default: number; byContainer: Record<string, number> };
  /** For how many seconds this very state has been seen, that is, its `stateKey`. */
  seenSeconds: number;
  /** Whether a Pod that ran to its end has failed its purpose: true where it should serve a port. */
  mustServe?: boolean;
}

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
  return proven?.failure ?? progressOf(pod, suspicions[0]?.failure);
}

/**
 * Names the state that a Pod is in: while it stays the same, the seconds of `seenSeconds` go on, however often a container
 * is tried again meanwhile. Events don't count: they are heard of late, and what they tell has held since the state began.
 */
export function stateKey(pod: Pod, settings: Omit<VerdictSettings, "seenSeconds">): string {
  const { kind, container } = progressOf(pod);
  const doubts = suspicionsOf(pod, [], settings).map(({ grace, failure }) => [grace, failure.container]);
  return JSON.stringify([kind, container, ...doubts]);
}

function isProven({ grace, seenSeconds = 0 }: Suspicion, settings: VerdictSettings): boolean {
  return grace === undefined || Math.max(seenSeconds, settings.seenSeconds) >= graceSeconds[grace];
}
