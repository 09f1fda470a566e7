// Waiting: for a time, within a time, ever longer.
export { backoffMs } from "./backoff";
export { delay } from "./delay";
export { hedged } from "./hedged";
export { within } from "./within";
