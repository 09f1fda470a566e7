// Waits until one Pod is Ready or can't get Ready any more.
export { InitFailedError } from "./errors";
export { waitUntilReady } from "./waitReady";
