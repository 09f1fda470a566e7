/** What `promise` comes to, or what `late` comes to, or throws, where that takes longer than `ms`. */
export async function within<T>(ms: number, promise: Promise<T>, late: () => T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  return await Promise.race([promise, timeout.then(late)]).finally(() => clearTimeout(timer));
}
