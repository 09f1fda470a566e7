/** What `promise` comes to, or what `late` gives, or throws, where that takes longer than `ms`. */
export async function within<T>(ms: number, promise: Promise<T>, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<T>((resolve, reject) => {
    timer = setTimeout(() => {
      try {
        resolve(late());
      } catch (error) {
        reject(error as Error);
      }
    }, ms);
  });
  return await Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}
