// Waits until one Pod is Ready or can't get Ready any more.
export { InitFailedError } from "./errors";
export { waitForPod } from "./podWait";
export { waitUntilReady } from "./waitReady";
