// The verb `logs`: the logs of an InitPod's Pod, line by line.
export type { LogEntry, LogSink } from "./entry";
export { LogsError, showLogs } from "./logs";
