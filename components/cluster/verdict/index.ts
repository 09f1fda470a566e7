export { currentVerdict } from "./currentVerdict";
export type { FailedVerdict, ProgressVerdict, Verdict, VerdictSettings } from "./types";
export { stateKey, verdict } from "./verdict";
