import { describe, expect, test } from "vitest";
import type { LogSource } from "../../../../../components/cluster/logs/tail.ts";
import type { Pod, PodStatus } from "../../../../../components/cluster/pods/pod.ts";
import { StepReporter } from "../../../../../components/cluster/report/progress/stepReporter.ts";

const now = new Date("2026-01-01T00:01:00Z");

function pod(init: PodStatus["initContainerStatuses"]): Pod {
  return {
    metadata: { uid: "u", name: "web-1", namespace: "shop", creationTimestamp: "2026-01-01T00:00:00Z" },
    status: {
      phase: "Pending",
      initContainerStatuses: init,
      containerStatuses: [{ name: "app", restartCount: 0, state: { waiting: { reason: "PodInitializing" } } }],
    },
  };
}

const done = {
  name: "get",
  restartCount: 0,
  state: { terminated: { exitCode: 0, startedAt: "2026-01-01T00:00:10Z", finishedAt: "2026-01-01T00:00:13Z" } },
};
const failing = {
  name: "migrate",
  restartCount: 1,
  state: { waiting: { reason: "CrashLoopBackOff" } },
  lastState: { terminated: { exitCode: 3, startedAt: "2026-01-01T00:00:20Z", finishedAt: "2026-01-01T00:00:21Z" } },
};
const running = { name: "wait", restartCount: 0, state: { running: { startedAt: "2026-01-01T00:00:30Z" } } };

describe("the steps of a Pod that is not Ready", () => {
  test("say what each does, for how long, and what it logged last", async () => {
    const asked: LogSource[] = [];
    const steps = new StepReporter((source) => {
      asked.push(source);
      return Promise.resolve(Array.from({ length: 9 }, (_, line) => `${source.container} ${line}`));
    });
    const found = await steps.stepsOf(pod([done, failing, running]), now);
    expect(found.map(({ name, text, duration }) => [name, text, duration])).toEqual([
      ["get", "done", "3 s"],
      ["migrate", "failed with exit code 3, attempt 2", "1 s"],
      ["wait", "running", "30 s"],
      ["app", "waiting", ""],
    ]);
    expect(found.map(({ log }) => log.at(-1))).toEqual(["get 8", "migrate 8", "wait 8", undefined]);
    expect(found[0]?.log).toHaveLength(6);
    expect(asked).toContainEqual({ namespace: "shop", pod: "web-1", container: "wait" });
  });

  test("have failed also while the next attempt is awaited, and where they can't start", async () => {
    const pulling = { name: "pull", restartCount: 0, state: { waiting: { reason: "ErrImagePull" } } };
    const creating = { name: "make", restartCount: 0, state: { waiting: { reason: "ContainerCreating" } } };
    const found = await new StepReporter(undefined).stepsOf(pod([failing, pulling, creating]), now);
    expect(found.map(({ state, text }) => [state, text])).toEqual([
      ["failed", "failed with exit code 3, attempt 2"],
      ["failed", "ErrImagePull"],
      ["waiting", "waiting"],
      ["waiting", "waiting"],
    ]);
  });

  test("show the logs of those states that are asked for", async () => {
    const steps = new StepReporter(
      ({ container }) => Promise.resolve([container]),
      (state) => state === "failed",
    );
    expect((await steps.stepsOf(pod([done, failing, running]), now)).flatMap(({ log }) => log)).toEqual(["migrate"]);
  });

  test("ask for each log once, however many ask", async () => {
    let asked = 0;
    const steps = new StepReporter(() => Promise.resolve([`${++asked}`]));
    await Promise.all(Array.from({ length: 50 }, () => steps.stepsOf(pod([running]), now)));
    expect(asked).toBe(1);
  });

  test("show no log where it may hold secrets, and none that can't be read", async () => {
    expect((await new StepReporter(undefined).stepsOf(pod([done]), now))[0]?.log).toEqual([]);
    const denied = new StepReporter(() => Promise.reject(new Error("denied")));
    expect((await denied.stepsOf(pod([done]), now))[0]?.log).toEqual([]);
  });

  test("don't wait for a log that does not come", async () => {
    const steps = new StepReporter(() => new Promise(() => undefined));
    const startedAt = performance.now();
    expect((await steps.stepsOf(pod([running]), now))[0]?.log).toEqual([]);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
