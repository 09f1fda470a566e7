import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll } from "vitest";

/**
 * For a file of tests whose Outputs fail: such a one rejects several promises of its own, and the SDK's runner reports them,
 * once, as unhandled. There the failure is what is looked at.
 */
export function letOutputsFail(): void {
  const listeners = process.listeners("unhandledRejection");
  beforeAll(() => {
    process.removeAllListeners("unhandledRejection").on("unhandledRejection", () => undefined);
  });
  afterAll(async () => {
    await setImmediate();
    process.removeAllListeners("unhandledRejection");
    for (const listener of listeners) process.on("unhandledRejection", listener);
  });
}
