import { ApiError, type ClusterClient } from "../api";
import type { Attempt, Owner } from "./attempt";
import { LineSplitter } from "./lines";
import type { LiveLines, Unshown } from "./liveLines";
import { lastLinesMs, SilenceLimit } from "./silenceLimit";
import { isGone, isOfNode, type LogSource, openLog } from "./tail";

/** The reading of one attempt's log. */
export interface Reading {
  client: ClusterClient;
  /** The container's current log. */
  current: LogSource;
  attempt: Attempt;
  live: LiveLines;
  unshown: Unshown;
  stop: AbortSignal;
  /** A followed log that says nothing for so long ends with an error. */
  silenceMs: number;
}

/**
 * Silence after which a followed attempt that has ended is read to its end by another request: kubelet looks only once a
 * second whether a log that it follows has ended.
 */
const quietMs = 30;
/** How long unshown lines of an attempt that has ended are still counted: the next one waits for it. */
const floodMs = 500;

/** Reads the log until it has ended, has fallen silent, or turns out to be that of the next attempt. */
export async function readOnce(reading: Reading): Promise<"whole" | "silent" | "other"> {
  const { client, attempt, live, unshown, stop } = reading;
  const source = sourceOf(reading);
  if (source === undefined) throw goneError();
  attempt.begin((line) => live.show(attempt.number, line, unshown));
  const found = { gone: false, ofNode: false };
  const splitter = new LineSplitter(
    (line) => {
      if (isGone(line)) found.gone = true;
      else if (isOfNode(line)) {
        found.ofNode = true;
        live.sayOfNode(attempt.number, line);
      }
      // As long as it runs, the next request brings the whole line.
      else if (line.stamp !== undefined && (line.isUnfinished !== true || attempt.over.aborted)) attempt.take(line);
    },
    { stamped: true },
  );
  const isOther = async (): Promise<boolean> => attempt.isInDoubt && (await settle(reading)) === "next";
  const follow = !attempt.over.aborted;
  const silence = new SilenceLimit(attempt.over, follow ? quietMs : lastLinesMs);
  try {
    const query = { follow, timestamps: true, sinceTime: attempt.since };
    const response = await openLog(client, source, query, AbortSignal.any([stop, silence.signal]), reading.silenceMs);
    for await (const chunk of response) {
      silence.refresh();
      splitter.write(chunk as Buffer);
      if (await isOther()) return "other";
      if (live.areFull || splitter.isDropping) unshown.bytes += (chunk as Buffer).length;
      // Leaving the loop closes the connection.
      if (unshown.isTooMuch || (unshown.bytes > 0 && silence.msSinceEnd > floodMs)) {
        unshown.isCut = true;
        break;
      }
    }
  } catch (error) {
    if (!silence.signal.aborted) throw error;
    // What is not followed has an end.
    if (!follow) throw new ApiError(504, `no answer within ${lastLinesMs / 1000} s`);
  } finally {
    silence.close();
  }
  splitter.end();
  if (found.gone) throw goneError();
  if (await isOther()) return "other";
  attempt.isWhole = !follow && !found.ofNode && !unshown.isCut;
  return silence.signal.aborted ? "silent" : "whole";
}

/** Where the log of the attempt is to be had now; nowhere, once two others have followed it. */
export function sourceOf({ current, attempt }: Reading): LogSource | undefined {
  if (attempt.stage === "gone") return undefined;
  return attempt.stage === "previous" ? { ...current, previous: true } : current;
}

/**
 * Asks kubelet whose the lines in doubt are.
 * @throws where it can't be told now.
 */
export async function settle({ client, current, attempt, stop }: Reading): Promise<Owner> {
  const owner = attempt.settle(await startOf(client, { ...current, previous: true }, stop));
  if (owner === "unknown") throw new ApiError(404, "the log of the attempt before is not there");
  return owner;
}

/** Time of a log's first line; undefined where there is none. */
export async function startOf(
  client: ClusterClient,
  source: LogSource,
  stop?: AbortSignal,
): Promise<string | undefined> {
  let first: string | undefined;
  const splitter = new LineSplitter(({ stamp }) => (first ??= stamp), { stamped: true });
  try {
    const response = await openLog(client, source, { timestamps: true, limitBytes: 64 }, stop);
    for await (const chunk of response) splitter.write(chunk as Buffer);
  } catch (error) {
    if (!(error instanceof ApiError && (error.status === 400 || error.status === 404))) throw error;
  }
  splitter.end();
  return first;
}

/** Reason of an error that is not the API server's own: kubelet, or the Pod's status, says that there is no such log. */
const goneReason = "LogGone";

function goneError(): ApiError {
  return new ApiError(404, "the log of this attempt is gone", goneReason);
}

export function isGoneError({ reason }: ApiError): boolean {
  return reason === goneReason;
}
