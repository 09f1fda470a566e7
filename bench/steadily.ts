/**
 * Does `act` at a constant rate, however long each time takes. The returned function ends that, and waits for what is under
 * way.
 */
export function steadily(perSecond: number, act: () => Promise<void>): () => Promise<void> {
  const pending = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const acting = act().finally(() => pending.delete(acting));
    pending.add(acting);
  }, 1000 / perSecond);
  return async () => {
    clearInterval(timer);
    await Promise.all(pending);
  };
}
