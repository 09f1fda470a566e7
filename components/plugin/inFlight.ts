import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout } from "node:timers/promises";
import { sdkStore } from "./sdkStore";

/** An InitPod that is being made. */
interface Making {
  fail: (error: Error) => void;
  /** Answers without a result. */
  end: () => void;
  isMade: boolean;
}

const current = new AsyncLocalStorage<Making>();
const open = new Set<Making>();

/** For the answers of all InitPods to be on their way before the engine closes the connection. */
const answeringMs = 50;

/**
 * The result of `make`; undefined where the engine ends the deployment before.
 * @throws the first error that comes of it, be it one that nobody awaits.
 */
export async function inFlight<T>(make: () => Promise<T>): Promise<T | undefined> {
  return await new Promise((resolve, reject) => {
    const making: Making = {
      isMade: false,
      fail: (error) => {
        // Where the deployment ends, the engine tells why. It asks for an end at once.
        if (sdkStore().terminated) return;
        open.delete(making);
        reject(error);
      },
      end: () => {
        open.delete(making);
        resolve(undefined);
      },
    };
    open.add(making);
    current.run(making, () => {
      make().then((made) => {
        making.isMade = true;
        open.delete(making);
        resolve(made);
      }, making.fail);
    });
  });
}

/**
 * Has what is being made answer that it is over, without an error: as one InitPod fails, the engine ends the deployment, and
 * shows as an error of each other that is still being made that its connection is closed.
 */
export async function endAll(): Promise<void> {
  if (open.size === 0) return;
  for (const making of open) making.end();
  await setTimeout(answeringMs);
}

/**
 * Has an error that nobody awaits fail the InitPod that it comes of, and no other. The SDK answers every InitPod that is
 * being made with it, and logs it once more.
 * Source: https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/provider/server.ts
 */
export function failWhereItComes(): void {
  for (const event of ["unhandledRejection", "uncaughtException"] as const) {
    const ofSdk = process.listeners(event as "uncaughtException");
    process.removeAllListeners(event);
    process.on(event as "uncaughtException", (error, origin) => {
      const making = current.getStore();
      if (making === undefined || making.isMade) for (const listener of ofSdk) listener(error, origin);
      else making.fail(error);
    });
  }
}
