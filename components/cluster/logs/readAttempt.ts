import { once } from "node:events";
import { errorText } from "../../text";
import { delay } from "../../time";
import { ApiError, askedPauseMs } from "../api";
import type { Attempt } from "./attempt";
import { lastLines } from "./liveLines";
import { isGoneError, type Reading, readOnce, settle, sourceOf } from "./readOnce";
import { readTail } from "./tail";

const retryMs = { first: 100, most: 5_000 } as const;
/**
 * A followed log that has ended is asked for again after this time, or once its attempt is known to have ended. Sooner,
 * the answer might be the log of the next attempt, as kubelet reports a restart up to a second later.
 */
const endedMs = 2_000;
/**
 * An attempt that has ended is given up where its log has been refused for so long: by an answer that may pass, and by one
 * that seldom does.
 */
const givenUpMs = { passing: 6_000, final: 3_000 } as const;
/** A server that starts refuses what it allowed before. */
const refusalMs = 15_000;

export interface ReadAttemptSettings extends Reading {
  /** Hides known secrets. */
  mask: (text: string) => string;
  /** Told that logs may not be read. */
  onDenied: (error: ApiError) => void;
}

/** Shows what has not been read yet of an attempt's log, until it has ended. */
export async function readAttempt(settings: ReadAttemptSettings): Promise<void> {
  const { attempt, live, unshown, mask, stop } = settings;
  await readToEnd(settings);
  attempt.isRead = true;
  const end = unshown.isCut ? await endOf(settings) : unshown.end(mask);
  if (stop.aborted) return;
  for (const line of [...unshown.summary(end.length), ...end]) live.say(attempt.number, line);
}

async function readToEnd(settings: ReadAttemptSettings): Promise<void> {
  const { attempt, unshown, stop, onDenied } = settings;
  const isStopped = (): boolean => stop.aborted;
  let failuresSinceEnd = 0;
  let failingSince: number | undefined;
  let refusedSince: number | undefined;
  let isWhole = false;
  let pauseMs: number = retryMs.first;
  while (!isStopped()) {
    const wasOver = attempt.over.aborted;
    const known = attempt.latest;
    let isEnd = false;
    let askedMs = 0;
    try {
      if (attempt.isInDoubt) await settle(settings);
      if (attempt.isRead) return;
      const end = await readOnce(settings);
      if (end === "other") continue;
      isEnd = end === "whole";
      if (wasOver || unshown.isCut) return;
      failingSince = undefined;
      refusedSince = undefined;
      isWhole = isEnd;
      if (!isEnd) continue;
      // Ended although the container runs on, as far as is known: its log was rotated, or its end isn't reported yet.
    } catch (error) {
      if (isStopped()) return;
      if (!(error instanceof ApiError)) isWhole = false;
      else {
        askedMs = askedPauseMs(error);
        if (error.status === 403) {
          refusedSince ??= performance.now();
          if (attempt.latest === "" || performance.now() - refusedSince >= refusalMs) {
            onDenied(error);
            return;
          }
        }
        if (attempt.latest !== known) failingSince = undefined;
        failingSince ??= performance.now();
        if (wasOver) failuresSinceEnd++;
        const failingMs = performance.now() - failingSince;
        const isHopeless = failuresSinceEnd > 1 && failingMs >= givenUpMs[isFinal(error) ? "final" : "passing"];
        // Whatever is answered, it is asked again for as long as the attempt runs; where nothing answers, for as long as the
        // Pod is waited for.
        if (wasOver && (isGoneError(error) || isHopeless)) {
          if (!attempt.isRead && (attempt.latest === "" || !isWhole)) sayLost(settings, error);
          return;
        }
      }
    }
    const isNews = attempt.latest !== known || attempt.over.aborted !== wasOver;
    pauseMs = isNews ? retryMs.first : Math.min(pauseMs * 2, retryMs.most);
    await pause(attempt, Math.max(askedMs, isEnd && !attempt.over.aborted ? endedMs : pauseMs), stop);
  }
}

function sayLost({ attempt, live }: ReadAttemptSettings, error: ApiError): void {
  if (!isFinal(error)) live.sayUnread(attempt, errorText(error));
  else if (attempt.latest === "") live.sayGone(attempt.number);
  else live.say(attempt.number, "(the rest of this attempt's log is gone)");
}

/** The last lines of an attempt, once it has ended. */
async function endOf(settings: ReadAttemptSettings): Promise<string[]> {
  const { client, attempt, mask, stop } = settings;
  const signal = AbortSignal.any([stop, attempt.over]);
  if (!signal.aborted) await once(signal, "abort");
  const source = stop.aborted ? undefined : sourceOf(settings);
  if (source === undefined) return [];
  const tail = await readTail(client, source, mask).catch(() => undefined);
  return tail?.lines.slice(-lastLines) ?? [];
}

async function pause({ over }: Attempt, ms: number, stop: AbortSignal): Promise<void> {
  await delay(ms, over.aborted ? stop : AbortSignal.any([stop, over]));
}

function isFinal({ status }: ApiError): boolean {
  return status < 500 && status !== 429;
}
