export { failedTail, type InitContainerLog, initLogs } from "./finalLogs";
export { LogStreams } from "./follow";
export { type LogSource, readTail, type Tail } from "./tail";
