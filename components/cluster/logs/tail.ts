import type { IncomingMessage } from "node:http";
import { ApiError, type ClusterClient } from "../api";
import { LineSplitter, LogTail, type RawLine, showableLine } from "./lines";

/** One container of one Pod. */
export interface LogSource {
  namespace: string;
  pod: string;
  container: string;
  /** The attempt before the current one. */
  previous?: boolean;
}

/** What is left of a log: its last lines. */
export interface Tail {
  lines: string[];
  truncated: boolean;
  /** Whether there was no log to read (any more). */
  gone?: boolean;
}

/** One line more than is kept, so that a longer log is known to be longer. */
const tailLines = 21;

/** The last lines of a container's log; empty where there is none (any more). */
export async function readTail(
  client: ClusterClient,
  source: LogSource,
  mask: (text: string) => string,
): Promise<Tail> {
  const tail = new LogTail(tailLines - 1);
  const found = { gone: false };
  const splitter = new LineSplitter((line) => {
    if (isGone(line)) found.gone = true;
    else tail.push(showableLine(line, mask));
  });
  try {
    const response = await openLog(client, source, { tailLines });
    for await (const chunk of response) splitter.write(chunk as Buffer);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 403) return { lines: [`(no right to read this log: ${error.message})`], truncated: false };
    return { lines: [], truncated: false, gone: true };
  }
  splitter.end();
  return { lines: tail.lines, truncated: tail.truncated, ...(found.gone ? { gone: true } : {}) };
}

export interface LogQuery {
  follow?: boolean;
  timestamps?: boolean;
  sinceTime?: string;
  tailLines?: number;
  limitBytes?: number;
}

/** The log of a container as a stream; the caller reads or destroys it. */
export async function openLog(
  client: ClusterClient,
  { namespace, pod, container, previous }: LogSource,
  query: LogQuery,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  return await client.stream(`/api/v1/namespaces/${namespace}/pods/${pod}/log`, {
    query: { container, previous: previous ? true : undefined, ...query },
    signal,
  });
}

/** Where the file of a log was removed, kubelet answers 200 and says so in the place of its lines. */
export function isGone({ stamp, text }: RawLine): boolean {
  return stamp === undefined && text.startsWith("unable to retrieve container logs for ");
}
