import { describe, expect, test } from "vitest";
import { SleepSensor } from "../../../../components/forward/daemon/sleepSensor.ts";
import { readDesired } from "../../../../components/forward/state/desired.ts";
import { readRecord } from "../../../../components/forward/state/record.ts";
import { ask, fakeApi, httpApp, requestFor, runDaemon, temporaryFolder, until } from "../helpers";

const hourMs = 3_600_000;
/** Quicker than usual, so that the tests are. */
const intervalMs = 200;

describe("the sleep sensor", () => {
  /** By how much the second question comes too late, where so much passed on each clock since the first. */
  const lateAfter = (wall: number, steady: number): number => {
    const now = { wall: 1_000_000, steady: 500 };
    const sensor = new SleepSensor(intervalMs, { wall: () => now.wall, steady: () => now.steady });
    now.wall += wall;
    now.steady += steady;
    return sensor.lateMs();
  };

  test("is quiet where a question comes in time", () => {
    expect(lateAfter(intervalMs, intervalMs)).toBe(0);
  });

  test("tells of a machine that slept, though its steady clock stood still", () => {
    expect(lateAfter(hourMs, intervalMs)).toBe(hourMs - intervalMs);
  });

  test("tells of a process that was stopped, though the time of day was set back meanwhile", () => {
    expect(lateAfter(-hourMs, hourMs)).toBe(hourMs - intervalMs);
  });

  test("is quiet where the time of day is set back", () => {
    expect(lateAfter(-hourMs, intervalMs)).toBe(0);
  });

  test("tells of each sleep once", () => {
    const now = { wall: 0, steady: 0 };
    const sensor = new SleepSensor(intervalMs, { wall: () => now.wall, steady: () => now.steady });
    now.wall = hourMs;
    expect(sensor.lateMs()).toBeGreaterThan(0);
    now.wall += intervalMs;
    now.steady += intervalMs;
    expect(sensor.lateMs()).toBe(0);
  });
});

describe("a daemon whose time of day jumps", () => {
  test.each([
    { way: "forward, asks for the Pods anew", byMs: hourMs, isAsked: true },
    { way: "back, goes on as before", byMs: -hourMs, isAsked: false },
  ])("$way, and serves on", async ({ byMs, isAsked }) => {
    // These clocks go on by one interval with each question, so that a test on a busy machine does not look like a sleep.
    const now = { wall: Date.now(), steady: 0 };
    const clocks = { wall: () => (now.wall += intervalMs), steady: () => (now.steady += intervalMs) };
    const folder = temporaryFolder();
    const api = await fakeApi();
    const request = await requestFor(api);
    const appPort = await httpApp((_request, response) => response.end("app"));
    api.setPod({ name: "web-1", uid: "uid-1", labels: { app: "web" }, ready: true, appPort });
    const { key, lines } = runDaemon(folder, request, { poll: intervalMs }, clocks);
    await until(() => readRecord(folder, key)?.pod?.uid === "uid-1");
    const lists = (): number => api.requests.filter((line) => /^GET (?!.*watch=true)/.test(line)).length;
    const before = lists();
    now.wall += byMs;
    await new Promise((resolve) => setTimeout(resolve, 2 * intervalMs + 500));
    expect(lists() > before).toBe(isAsked);
    expect(lines.some((line) => line.startsWith("woke up"))).toBe(isAsked);
    expect((await ask(request.localPort)).body).toBe("app");
    expect(readDesired(folder, key)).toBeDefined();
  });
});
