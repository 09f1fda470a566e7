import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeAtomic } from "./stateFolder";

/** What the daemon did about one desired-state file. */
export interface ForwardRecord {
  /** Revision of the desired state that this is about. */
  revision: string;
  /** Process id and version of the daemon. */
  pid: number;
  version: string;
  localPort: number;
  listening: boolean;
  /** Why it does not listen, or why it knows of no Pod. */
  error?: string;
  /** Where new connections go. */
  pod?: { name: string; uid: string };
  /** Since when there has been no Pod at all, as ISO 8601. */
  withoutPodSince?: string;
  /** uid of the last Pod that a connection reached. */
  reached?: string;
  /** The last connection that failed, until one works. */
  failure?: { podUid: string; message: string; final: boolean; count: number };
  connections: { open: number; total: number };
  bytes: { sent: number; received: number };
  /** Median milliseconds from a request's first byte to its answer's first byte, over the last requests. */
  latencyMs?: number;
}

const suffix = ".record.json";

/** `undefined` where the daemon has not written one. */
export function readRecord(folder: string, key: string): ForwardRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, key + suffix), "utf8")) as ForwardRecord;
  } catch {
    return undefined;
  }
}

/** Writes what the daemon did, for `up` and for people. */
export function writeRecord(folder: string, key: string, record: ForwardRecord): void {
  // No daemon outlives a power cut, and the next one writes it anew: all that is lost is since when there has been no Pod.
  writeAtomic(join(folder, key + suffix), JSON.stringify(record, undefined, 2) + "\n", { durable: false });
}
