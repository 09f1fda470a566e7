const firstMs = 50;
const longestMs = 15_000;

/** Milliseconds to wait after `failures` failures in a row: doubling, with some chance so that many don't come at once. */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 20));
  return full / 2 + (full / 2) * random();
}
