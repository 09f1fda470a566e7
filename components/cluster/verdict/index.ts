// Judges a Pod: it goes on, it is done, or it can't get Ready. Pure.
export { currentVerdict, runningSecondsAt } from "./currentVerdict";
export { markVerdict } from "./marks";
export { withProbe } from "./probes";
export type { FailedVerdict, ProgressVerdict, RunningSeconds, Verdict, VerdictSettings } from "./types";
export { stateKey, verdict } from "./verdict";
