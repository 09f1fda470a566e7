/** A promise whose error may be asked for later than it comes, of which Node.js would warn. */
export function handledLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
