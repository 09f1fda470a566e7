import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import { waitUntilReady } from "../../../../components/cluster/wait/waitReady.ts";
import { stages } from "../fakeCluster.ts";
import { tolerate } from "../tolerate.ts";
import { scenario } from "../world.ts";
import { failureOf, words } from "./failureOf.ts";

describe.concurrent("the limit of a step", () => {
  const timeouts = { first: 2 };
  const running = (startedAt: string, restartCount = 0) => ({
    ...stages.first,
    initContainerStatuses: [
      { name: "first", restartCount, containerID: `c://${restartCount}`, state: { running: { startedAt } } },
      { name: "second", restartCount: 0, state: { waiting: { reason: "PodInitializing" } } },
    ],
  });
  const hoursFromNow = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

  for (const hours of [-1, 0, 1]) {
    scenario(`ends the wait although nothing changes, with the node's clock ${hours} h ahead`, async (world) => {
      const { cluster, waiting } = world;
      cluster.logs.set("first", ["at work"]);
      cluster.set("web", stages.mounting);
      const { wait } = await waiting({ timeouts, retries: tolerate(5) });
      cluster.set("web", running(hoursFromNow(hours)));
      const start = performance.now();
      const error = await failureOf(wait);
      expect(performance.now() - start).toBeGreaterThan(1_900);
      expect(performance.now() - start).toBeLessThan(5_500);
      expect(error.verdict).toMatchObject({ reason: "StepTimeout", container: "first" });
      expect(words(error)).toMatch(
        /init container "first" of Pod shop\/web failed: its time is over \(StepTimeout\): it has run for [23](\.\d)? s, and its timeoutSeconds are 2 /,
      );
      expect(error.message).toContain("| at work");
    });
  }

  scenario("begins anew with each attempt", async ({ cluster, waiting }) => {
    cluster.set("web", running(hoursFromNow(0)));
    const { wait } = await waiting({ timeouts, retries: tolerate(5) });
    for (let attempt = 1; attempt <= 3; attempt++) {
      await sleep(1_200);
      cluster.set("web", running(hoursFromNow(0), attempt));
    }
    cluster.set("web", stages.ready);
    expect(await wait).toHaveLength(2);
  });

  scenario("counts from when the node says that it began, where nobody has watched it", async (world) => {
    const { cluster, settings } = world;
    cluster.set("web", running(new Date(Date.now() - 59_000).toISOString()));
    const start = performance.now();
    const error = await failureOf(waitUntilReady(settings({ timeouts: { first: 60 }, existed: true })));
    expect(performance.now() - start).toBeLessThan(4_500);
    expect(error.verdict.message).toMatch(/it has run for 1 m [0-3] s/);
  });
});
