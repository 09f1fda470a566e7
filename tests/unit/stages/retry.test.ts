import { describe, expect, test } from "vitest";
import { latestPod } from "../../../components/cluster/pods/newest.ts";
import type { Pod } from "../../../components/cluster/pods/pod.ts";
import { deadlineSeconds, parseDuration } from "../../../components/stages/deadline.ts";
import { retryOf } from "../../../components/stages/retry.ts";
import { tolerate } from "../cluster/tolerate.ts";

const settings = { retries: tolerate(1), mustServe: true };

function pod(uid: string, ageSeconds: number, more: Partial<Pod> = {}): Pod {
  const created = new Date(Date.now() - ageSeconds * 1000).toISOString();
  return {
    metadata: {
      name: `web-${uid}`,
      namespace: "shop",
      uid,
      creationTimestamp: created,
      annotations: { "init-pod.dev/retry": `value-of-${uid}` },
    },
    status: {
      startTime: created,
      phase: "Pending",
      conditions: [{ type: "Ready", status: "False", lastTransitionTime: created }],
    },
    ...more,
  };
}

const failed = { phase: "Failed", conditions: [{ type: "Ready", status: "False" }] };

describe("the retry value", () => {
  test("stays as the newest living Pod has it", () => {
    expect(retryOf(latestPod([pod("old", 100), pod("new", 10)]), [], settings)).toEqual({ value: "value-of-new" });
  });

  test("is the uid of the newest Pod where that has failed, so that it is made anew", () => {
    expect(retryOf(latestPod([pod("old", 100), pod("new", 10, { status: failed })]), [], settings)).toEqual({
      value: "new",
      why: { kind: "failed", pod: "web-new", what: expect.stringMatching(/^can't get Ready: /) as string },
    });
  });

  test("stays where a Pod that was Ready is unwell, as it may heal", () => {
    const start = new Date(Date.now() - 100_000).toISOString();
    const unwell = pod("web", 100, {
      status: {
        startTime: start,
        phase: "Running",
        conditions: [{ type: "Ready", status: "False", lastTransitionTime: new Date().toISOString() }],
        containerStatuses: [
          {
            name: "app",
            restartCount: 9,
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: { terminated: { exitCode: 1 } },
          },
        ],
      },
    });
    expect(retryOf(unwell, [], settings)).toEqual({ value: "value-of-web" });
  });

  test("goes by how long a step may take now, not by what an earlier program said", () => {
    const startedAt = new Date(Date.now() - 60_000).toISOString();
    const overdue = pod("slow", 100, {
      spec: { initContainers: [{ name: "fetch" }], containers: [{ name: "app" }] },
      status: {
        startTime: startedAt,
        phase: "Pending",
        conditions: [
          { type: "PodScheduled", status: "True" },
          { type: "Ready", status: "False", lastTransitionTime: startedAt },
        ],
        initContainerStatuses: [{ name: "fetch", restartCount: 0, state: { running: { startedAt } } }],
      },
    });
    expect(retryOf(overdue, [], { ...settings, timeouts: { fetch: 30 } })).toEqual({
      value: "slow",
      why: {
        kind: "failed",
        pod: "web-slow",
        what: expect.stringContaining('init container "fetch": its time is over (StepTimeout)') as string,
      },
    });
    overdue.metadata.annotations = { ...overdue.metadata.annotations, "init-pod.dev/timeouts": "fetch=30" };
    expect(retryOf(overdue, [], { ...settings, timeouts: { fetch: 300 } })).toEqual({ value: "value-of-slow" });
    expect(retryOf(overdue, [], settings)).toEqual({ value: "value-of-slow" });
  });

  test("is a new one each time where no Pod lives", () => {
    const [one, other] = [retryOf(undefined, [], settings), retryOf(undefined, [], settings)];
    expect(one.value).not.toBe(other.value);
    expect(one.why).toEqual({ kind: "noneLives" });
  });
});

describe("the deadline", () => {
  test.each([
    ["90s", 90],
    ["1h30m", 5400],
    ["1.5m", 90],
    ["250ms", 0.25],
    ["", undefined],
    ["soon", undefined],
  ])("of %o is %o seconds", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  test("is the argument's, else that of customTimeouts, else ten minutes", () => {
    const container = { image: "nginx" };
    expect(deadlineSeconds({ container, timeoutSeconds: 5 }, { customTimeouts: { create: "90s" } })).toBe(5);
    expect(deadlineSeconds({ container }, { customTimeouts: { create: "90s" } })).toBe(90);
    expect(deadlineSeconds({ container }, {})).toBe(600);
  });

  test("is a minute more than the limits of all steps together where nobody says it and that is longer", () => {
    const container = { image: "nginx" };
    const init = [
      { waitFor: { tcp: "db:1" } },
      { gitClone: { repo: "https://x/y", to: "/srv/y", timeoutSeconds: 200 } },
      { run: { script: "true" }, timeoutSeconds: 100 },
      { run: { script: "true" } },
    ];
    expect(deadlineSeconds({ container, init }, {})).toBe(315 + 215 + 100 + 60);
    expect(deadlineSeconds({ container, init }, { customTimeouts: { create: "90s" } })).toBe(90);
    expect(deadlineSeconds({ container, init: init.slice(0, 1) }, {})).toBe(600);
  });
});
