export { InitFailedError } from "./errors";
export { waitUntilReady } from "./waitReady";
