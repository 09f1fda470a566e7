import { delay } from "./delay";

/**
 * The first outcome of `action`, which is begun once more beside itself after each of these times: one may hang where the
 * next does not, as behind a load balancer. The others are told to stop.
 */
export async function hedged<T>(afterMs: readonly number[], action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const over = new AbortController();
  const next = async (ms: number): Promise<T> => {
    await delay(ms, over.signal);
    over.signal.throwIfAborted();
    return await action(over.signal);
  };
  try {
    return await Promise.race([action(over.signal), ...afterMs.map(next)]);
  } finally {
    over.abort();
  }
}
