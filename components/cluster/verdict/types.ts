import type { Expectations } from "../../contract";
import type { Grace } from "./graces";

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
  /** The probe for which kubelet killed the container, where that is known: it did not fail by itself. */
  probe?: FailedProbe;
}

/** A probe that failed so often that kubelet killed the container for it. */
export interface FailedProbe {
  kind: "startup" | "liveness";
  /** What the probe got as an answer: kubelet's words, or those of the probe's program. "" where none are known. */
  words: string;
  /** Whether the words are a program's, which may say anything. */
  isProgram: boolean;
}

export interface VerdictSettings extends Expectations {
  /** For how many seconds this very state has been seen, that is, its `stateKey`. */
  seenSeconds: number;
  /** For how many seconds the attempt of each container that runs has run, where that is known. */
  runningSeconds?: RunningSeconds;
}

export type RunningSeconds = ReadonlyMap<string, number>;

/** What a Pod is judged by at a moment. */
export type Judged = Expectations & Pick<VerdictSettings, "runningSeconds">;

/** A failure, unless it heals within its grace. */
export interface Suspicion {
  failure: FailedVerdict;
  /** None for what can't heal. */
  grace?: Grace;
  /** For how long it has held, where that is known without having watched. */
  seenSeconds?: number;
}
