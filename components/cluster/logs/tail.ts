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
export const tailLines = 21;

/** The last lines of a container's log as they came. */
export interface RawTail {
  lines: readonly RawLine[];
  /** Whether kubelet says that there is no such log (any more). */
  isGone: boolean;
  /** What the node said last in the place of lines. */
  ofNode?: RawLine;
}

/** @throws {ApiError} where it can't be had. */
export async function readRawTail(client: ClusterClient, source: LogSource): Promise<RawTail> {
  const lines: RawLine[] = [];
  const tail: RawTail = { lines, isGone: false };
  const splitter = new LineSplitter(
    (line) => {
      if (isGone(line)) tail.isGone = true;
      else if (isOfNode(line)) tail.ofNode = line;
      else if (line.stamp !== undefined) lines.push(line);
      if (lines.length > tailLines) lines.shift();
    },
    { stamped: true },
  );
  const response = await openLog(client, source, { tailLines, timestamps: true });
  for await (const chunk of response) splitter.write(chunk as Buffer);
  splitter.end();
  return tail;
}

/** Such lines as they may be shown. */
export function showableTail(lines: readonly RawLine[], mask: (text: string) => string): Tail {
  const tail = new LogTail(tailLines - 1);
  for (const line of lines) tail.push(showableLine(line, mask));
  return { lines: tail.lines, truncated: tail.truncated };
}

/** The last lines of a container's log; empty where there is none (any more). */
export async function readTail(
  client: ClusterClient,
  source: LogSource,
  mask: (text: string) => string,
): Promise<Tail> {
  try {
    const { lines, isGone } = await readRawTail(client, source);
    return { ...showableTail(lines, mask), ...(isGone ? { gone: true } : {}) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 403) return { lines: [notAllowed(error)], truncated: false };
    return { lines: [], truncated: false, gone: true };
  }
}

export function notAllowed({ message }: ApiError): string {
  return `(no right to read this log: ${message})`;
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
  /** Of a log that is followed; see `ApiRequest`. */
  stallMs?: number,
): Promise<IncomingMessage> {
  return await client.stream(`/api/v1/namespaces/${namespace}/pods/${pod}/log`, {
    query: { container, previous: previous ? true : undefined, ...query },
    signal,
    // What is followed has a connection of its own in any case: let it be none that died while it was idle.
    ...(query.follow === true ? { stallMs, fresh: true } : {}),
  });
}

/** Where the file of a log was removed, kubelet answers 200 and says so in the place of its lines. */
export function isGone({ stamp, text }: RawLine): boolean {
  return stamp === undefined && text.startsWith("unable to retrieve container logs for ");
}

/**
 * Whether a line of a log that was asked for with times is none of the container's: kubelet stamps each of those, and writes
 * after them what keeps it from reading on.
 */
export function isOfNode({ stamp, text, isUnfinished }: RawLine): boolean {
  // Of a line that breaks off there may be less than its time.
  return stamp === undefined && !(isUnfinished === true && /^\d{1,4}(-|$)/.test(text));
}

/** What the node says, and what may help. */
export function wordsOfNode(text: string): string {
  const words = `the node says: ${text}`;
  // Source: `man 7 inotify`, as kubelet watches a log that is followed by inotify.
  if (!/too many open files|inotify|no space left on device/i.test(text)) return words;
  return `${words}; fs.inotify.max_user_instances and fs.inotify.max_user_watches may be too low on the node`;
}
