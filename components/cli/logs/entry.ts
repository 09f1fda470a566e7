import type { Pod } from "../../cluster/pods";

/** One line of what `logs` prints. */
export interface LogEntry {
  /**
   * `attempt`: what follows is of this one. `line`: written by the container. `note`: said in the place of lines that are not
   * there. `end`: an attempt that ran when it was told of has ended.
   */
  kind: "attempt" | "line" | "note" | "end";
  /** Of the InitPod. */
  name: string;
  namespace: string;
  pod: string;
  /** Name of the container. */
  step: string;
  /** 1 for the first. */
  attempt: number;
  /** The line; of an attempt, how it ended, or that it runs. */
  text: string;
  /** When the line was written, the attempt began, or ended, as far as that is known. */
  time?: string;
  /** Of an attempt that has ended. */
  exitCode?: number;
}

/** Where the logs go. */
export interface LogSink {
  /** Told of each line, as it comes. */
  entry: (entry: LogEntry) => void;
  /** Told of what is to be said beside the logs. */
  note: (text: string) => void;
}

/** The logs of one Pod, on their way to a sink. */
export interface PodLogs {
  /** Takes in the Pod as it is now. */
  see: (pod: Pod) => void;
  /**
   * Reads what there is up to now, and ends.
   * @throws {LogsError} where the right to do so is missing.
   */
  finish: (pod: Pod) => Promise<void>;
  /** Aborted once it is known that logs may not be read. */
  denied: AbortSignal;
}
