export type { FailedVerdict, ProgressVerdict, VerdictSettings } from "./types";
export { stateKey, verdict } from "./verdict";
