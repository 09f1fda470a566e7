export { backoffMs } from "./backoff";
export { delay } from "./delay";
export { within } from "./within";
