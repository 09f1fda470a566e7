// Logs of containers: followed live, attempt by attempt, or their ends.
export { failedTail, type InitContainerLog, initLogs } from "./finalLogs";
export { LogStreams } from "./follow";
export type { LogLine } from "./liveLines";
export { type LogSource, readTail, type Tail } from "./tail";
