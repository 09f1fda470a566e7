import { AsyncResource } from "node:async_hooks";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { endAll, failWhereItComes, inFlight } from "../../../components/plugin/inFlight.ts";
import { sdkStore } from "../../../components/plugin/sdkStore.ts";

const never = new Promise<never>(() => undefined);
const events = ["unhandledRejection", "uncaughtException"] as const;
const ofSdk = vi.fn();
const ofRunner = events.map((event) => process.listeners(event as "uncaughtException"));

/** As Node.js does with an error that nobody awaits, in the context that it comes of. */
function stray(text: string): Error {
  const error = new Error(text);
  process.emit("unhandledRejection", error, Promise.resolve());
  return error;
}

beforeAll(() => {
  for (const event of events) {
    process.removeAllListeners(event);
    process.on(event, ofSdk);
  }
  failWhereItComes();
});
afterAll(() => {
  events.forEach((event, at) => {
    process.removeAllListeners(event);
    for (const listener of ofRunner[at] ?? []) process.on(event as "uncaughtException", listener);
  });
});

test("an error that nobody awaits fails the InitPod that it comes of, and no other", async () => {
  const other = inFlight(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return "made";
  });
  const failing = inFlight(async () => {
    await Promise.resolve();
    stray("no right to make it");
    return await never;
  });
  await expect(failing).rejects.toThrow("no right to make it");
  expect(await other).toBe("made");
  expect(ofSdk).not.toHaveBeenCalled();
});

test("an error that comes of no InitPod that is being made is left to Pulumi's SDK", () => {
  const error = stray("of nobody");
  expect(ofSdk).toHaveBeenCalledWith(error, expect.anything());
  ofSdk.mockClear();
});

test("an error of an InitPod after it was made is left to Pulumi's SDK", async () => {
  let later = (): void => undefined;
  await inFlight(async () => {
    await Promise.resolve();
    later = AsyncResource.bind(() => {
      stray("late");
    });
    return "made";
  });
  later();
  expect(ofSdk).toHaveBeenCalledTimes(1);
  ofSdk.mockClear();
});

test("where the engine ends the deployment, what is being made is over without an error", async () => {
  const making = [inFlight(() => never), inFlight(() => never)];
  await endAll();
  expect(await Promise.all(making)).toEqual([undefined, undefined]);
});

test("a call that the engine refuses because the deployment ends is no error of the InitPod", async () => {
  const store = sdkStore();
  store.terminated = true;
  const making = inFlight<string>(() => Promise.reject(new Error("Resource monitor is terminating")));
  await new Promise((resolve) => setTimeout(resolve, 5));
  await endAll();
  expect(await making).toBeUndefined();
  store.terminated = false;
});
