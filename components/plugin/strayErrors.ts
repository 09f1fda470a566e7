import { AsyncLocalStorage } from "node:async_hooks";

/** How the InitPod that is being made fails. */
const failing = new AsyncLocalStorage<(error: unknown) => void>();

/** The result of `make`, or the first error that comes of it and that nobody awaits. */
export async function withStrayErrors<T>(make: () => Promise<T>): Promise<T> {
  return await new Promise((resolve, reject) => {
    failing.run(reject, () => make().then(resolve, reject));
  });
}

/**
 * Has an error that nobody awaits fail the InitPod that it comes of, and no other. The SDK answers every InitPod that is
 * being made with it, and logs it once more.
 * Source: https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/provider/server.ts
 */
export function failWhereTheyCome(): void {
  for (const event of ["unhandledRejection", "uncaughtException"] as const) {
    const ofSdk = process.listeners(event as "uncaughtException");
    process.removeAllListeners(event);
    process.on(event as "uncaughtException", (error, origin) => {
      const fail = failing.getStore();
      if (fail === undefined) for (const listener of ofSdk) listener(error, origin);
      else fail(error);
    });
  }
}
