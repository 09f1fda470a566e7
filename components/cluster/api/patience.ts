import { delay } from "../../time";
import { ApiError, hasStatus, UnreachableError } from "./errors";

/** Whether an error may pass by itself: no answer, or that of a server that starts or has too much to do. */
export function mayPass(error: unknown): error is ApiError | UnreachableError {
  return (
    error instanceof UnreachableError || (error instanceof ApiError && (error.status === 429 || error.status >= 500))
  );
}

/** When the API server wants to be asked again; 0 where it doesn't say. */
export function askedPauseMs(error: unknown): number {
  return error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
}

/** For how long what may pass is waited for at the start of a program, in milliseconds. */
export interface Patience {
  /** A server that starts, or has too much to do. */
  busy: number;
  /** No answer: somebody waits to hear that their cluster does not run. */
  unreachable: number;
  /** Credentials that are refused: a server that starts may know none yet. */
  refused: number;
}

export const usualPatience: Patience = { busy: 30_000, unreachable: 4_000, refused: 4_000 };

const pauseMs = { first: 200, longest: 2_000 } as const;

/** What `action` comes to, which is done again as long as its error may pass. `told` is told of each such error. */
export async function patiently<T>(
  action: () => Promise<T>,
  patience: Patience,
  told: (error: Error, ms: number) => void = () => undefined,
): Promise<T> {
  const start = performance.now();
  for (let pause: number = pauseMs.first; ; pause = Math.min(2 * pause, pauseMs.longest)) {
    try {
      return await action();
    } catch (error) {
      const wait = Math.max(pause, askedPauseMs(error));
      const ms = performance.now() - start;
      if (ms + wait > patienceWith(error, patience)) throw error;
      told(error as Error, ms);
      await delay(wait);
    }
  }
}

function patienceWith(error: unknown, { busy, unreachable, refused }: Patience): number {
  if (hasStatus(error, 401)) return refused;
  if (!mayPass(error)) return 0;
  return error instanceof UnreachableError ? unreachable : busy;
}
