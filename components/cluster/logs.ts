import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient } from "./client";
import { ApiError } from "./errors";
import { cleanLine, LineSplitter, LogTail } from "./logText";

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
}

/** The last lines of a container's log; empty where there is none (any more). */
export async function readTail(
  client: ClusterClient,
  source: LogSource,
  mask: (text: string) => string,
): Promise<Tail> {
  const tail = new LogTail();
  const splitter = new LineSplitter((line) => tail.push(mask(cleanLine(line))));
  try {
    // One line more than is kept, so that a longer log is known to be longer.
    const response = await client.stream(path(source), { query: { ...query(source), tailLines: 21 } });
    for await (const chunk of response) splitter.write(chunk as Buffer);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 403) return { lines: [`(no right to read this log: ${error.message})`], truncated: false };
    return { lines: [], truncated: false };
  }
  splitter.end();
  return { lines: tail.lines, truncated: tail.truncated };
}

const reconnectMs = 250;

/**
 * Hands out each line of one attempt of a container, once and in order, until it has ended. Goes on after a cut: the API
 * server stamps each line with its time, so lines that were handed out are known again.
 */
export async function followAttempt(
  client: ClusterClient,
  source: LogSource,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const seen = new SeenLines();
  while (!signal.aborted) {
    const splitter = new LineSplitter((stamped) => {
      const line = seen.take(stamped);
      if (line !== undefined) onLine(cleanLine(line));
    });
    seen.restart();
    try {
      const response = await client.stream(path(source), {
        query: {
          ...query(source),
          follow: source.previous ? undefined : true,
          timestamps: true,
          sinceTime: seen.since,
        },
        signal,
      });
      for await (const chunk of response) splitter.write(chunk as Buffer);
      splitter.end();
      return;
    } catch (error) {
      // 400: the container waits to start again, or its log is gone. 403: said in the failure's own log lines.
      if (error instanceof ApiError && error.status !== 429 && error.status < 500) return;
      await sleep(reconnectMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

function path({ namespace, pod }: LogSource): string {
  return `/api/v1/namespaces/${namespace}/pods/${pod}/log`;
}

function query({ container, previous }: LogSource): Record<string, string | boolean | undefined> {
  return { container, previous: previous ? true : undefined };
}

/** Tells new lines from those already handed out, by their time stamps. */
class SeenLines {
  #last = "";
  #countAtLast = 0;
  #skip = 0;

  /** A new request starts at the second of the last line, as `sinceTime` has no finer unit. */
  get since(): string | undefined {
    return this.#last === "" ? undefined : this.#last.replace(/\.\d+/, "");
  }

  restart(): void {
    this.#skip = this.#countAtLast;
  }

  /** The line without its stamp, or nothing where it was handed out before. */
  take(stamped: string): string | undefined {
    const space = stamped.indexOf(" ");
    const stamp = space < 0 ? stamped : stamped.slice(0, space);
    const line = space < 0 ? "" : stamped.slice(space + 1);
    if (stamp < this.#last) return undefined;
    if (stamp === this.#last) {
      if (this.#skip > 0) {
        this.#skip--;
        return undefined;
      }
      this.#countAtLast++;
      return line;
    }
    this.#last = stamp;
    this.#countAtLast = 1;
    this.#skip = 0;
    return line;
  }
}
