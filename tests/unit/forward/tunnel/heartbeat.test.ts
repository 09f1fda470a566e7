import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Heartbeat, type Pulse } from "../../../../components/forward/tunnel/heartbeat.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "setImmediate", "performance"] }));
afterEach(() => void vi.useRealTimers());

interface Side {
  flushed?: number;
  mayWaitForApp?: boolean;
  peerAnswers?: boolean;
}

/** When a side that says nothing was taken for dead, in seconds; undefined where it was not within two minutes. */
async function deadAfter(side: Side, change: (side: Side, second: number) => void = () => undefined) {
  let diedAt: number | undefined;
  let second = 0;
  const pulse: Pulse = {
    ping: () => undefined,
    isDeaf: () => false,
    flushed: () => side.flushed,
    mayWaitForApp: () => side.mayWaitForApp ?? false,
    peerAnswers: () => Promise.resolve(side.peerAnswers),
    dead: () => (diedAt ??= second),
  };
  const heartbeat = new Heartbeat(pulse);
  for (; second < 120; second++) {
    change(side, second);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  heartbeat.stop();
  return diedAt;
}

describe("a side that says nothing", () => {
  test("is dead after 10 s where no app can hold its answer up, whatever the system says", async () => {
    expect(await deadAfter({ peerAnswers: true })).toBeLessThanOrEqual(15);
  });

  test.each<[string, Side]>([
    ["more waits to be sent to it", { flushed: 1000 }],
    ["an app may hold its answer up", { mayWaitForApp: true }],
  ])("where %s, is alive as long as its system answers, and dead as soon as that does not", async (_, side) => {
    expect(await deadAfter({ ...side, peerAnswers: true })).toBeUndefined();
    expect(await deadAfter({ ...side, peerAnswers: false })).toBeLessThanOrEqual(15);
    const gone = await deadAfter({ ...side, peerAnswers: true }, (now, second) => {
      if (second === 60) now.peerAnswers = false;
    });
    expect(gone).toBeGreaterThanOrEqual(60);
    expect(gone).toBeLessThanOrEqual(66);
    const blind = await deadAfter(side);
    expect(blind).toBeGreaterThanOrEqual(60);
    expect(blind).toBeLessThanOrEqual(70);
  });

  test("gets its time anew when all that waited has left", async () => {
    const gone = await deadAfter({ flushed: 1000, peerAnswers: true }, (side, second) => {
      if (second === 60) side.flushed = undefined;
    });
    expect(gone).toBeGreaterThanOrEqual(70);
    expect(gone).toBeLessThanOrEqual(80);
  });
});

test("is asked twice for a sign of life until it is late", async () => {
  let pings = 0;
  const heartbeat = new Heartbeat({
    ping: () => pings++,
    isDeaf: () => false,
    flushed: () => undefined,
    mayWaitForApp: () => true,
    peerAnswers: () => Promise.resolve(true),
    dead: () => undefined,
  });
  await vi.advanceTimersByTimeAsync(61_000);
  heartbeat.stop();
  expect(pings).toBe(2);
});
