import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, vi } from "vitest";
import { ClusterMismatchError, type InitFailedError } from "../../../../components/cluster/wait/errors.ts";
import { waitUntilReady } from "../../../../components/cluster/wait/waitReady.ts";
import { stages, until } from "../fakeCluster.ts";
import { tolerate } from "../tolerate.ts";
import { scenario, type World } from "../world.ts";
import { failureOf, words } from "./failureOf.ts";

describe.concurrent("the wait for a Pod", () => {
  scenario("ends with the init containers' logs as soon as the Pod is Ready", async ({ cluster, lines, waiting }) => {
    cluster.logs.set("first", ["one", "the s3cret"]).set("second", ["two"]);
    cluster.set("web", stages.first);
    const { wait } = await waiting();
    cluster.set("web", stages.ready);
    const start = performance.now();
    expect(await wait).toEqual([
      { container: "first", exitCode: 0, restarts: 0, log: ["one", "the [secret]"], truncated: false },
      { container: "second", exitCode: 0, restarts: 0, log: ["two"], truncated: false },
    ]);
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(lines.join("\n")).toContain("the [secret]");
    await until(() => cluster.openWatches === 0);
  });

  scenario("ends at once where the Pod was Ready before the wait began", async ({ cluster, settings }) => {
    cluster.set("web", stages.ready);
    await waitUntilReady(settings());
    expect(cluster.count(/^(watch|list) events/)).toBe(0);
  });

  scenario("fails as soon as an init container has failed once too often", async ({ cluster, waiting }) => {
    cluster.logs.set("first", ["no flag"]);
    cluster.set("web", stages.first);
    const { wait } = await waiting();
    cluster.set("web", stages.failedOnce);
    cluster.set("web", stages.failed);
    const start = performance.now();
    const error = await failureOf(wait);
    expect(performance.now() - start).toBeLessThan(2_500);
    expect(error.verdict).toMatchObject({ container: "first", exitCode: 7 });
    expect(error.message).toContain("| no flag");
  });

  scenario("says what the Pod does, where that takes a while", async ({ cluster, lines, waiting }) => {
    cluster.set("web", stages.created);
    const { wait } = await waiting({ retries: tolerate(3) });
    await sleep(2_200);
    cluster.set("web", stages.first);
    await sleep(2_200);
    cluster.set("web", stages.failed);
    await sleep(2_200);
    cluster.set("web", stages.ready);
    await wait;
    expect(lines.filter((line) => !line.includes(" | "))).toEqual([
      "waiting for a node",
      'waiting for init container "first" (1 of 2)',
      'init container "first" failed with exit code 7, kubelet tries again (attempt 3 of 4)',
    ]);
  });

  scenario("fails where the Pod is deleted from outside", async ({ cluster, waiting }) => {
    cluster.set("web", stages.first);
    const { wait } = await waiting();
    cluster.delete("web");
    expect((await failureOf(wait)).verdict.reason).toBe("Deleted");
  });

  scenario("fails where the Pod was deleted while the API server was away", async ({ cluster, waiting }) => {
    cluster.set("web", stages.first);
    const { wait } = await waiting();
    await cluster.stop();
    cluster.delete("web");
    await cluster.listen();
    expect((await failureOf(wait)).verdict.reason).toBe("Deleted");
  });

  scenario("names the label that is missing where the Pod lost it while it was made", async ({ cluster, settings }) => {
    cluster.set("web", stages.first, { labels: { "app.kubernetes.io/managed-by": "pulumi" } });
    const failure = await failureOf(waitUntilReady(settings()));
    expect(failure.verdict.reason).toBe("LabelMissing");
    expect(words(failure)).toContain("its label init-pod.dev/id=web-0123456789 is missing");
    expect(failure.message).toContain("kubectl get mutatingadmissionpolicies");
  });

  scenario("names the label that has another value", async ({ cluster, settings }) => {
    cluster.set("web", stages.ready, { labels: { "init-pod.dev/id": "other" } });
    const failure = await failureOf(waitUntilReady(settings()));
    expect(words(failure)).toContain('its label init-pod.dev/id is "other" instead of "web-0123456789"');
  });

  scenario("names the annotation that is missing, without which each `up` would replace it", async (world) => {
    world.cluster.set("web", stages.first, { annotations: {} });
    const failure = await failureOf(waitUntilReady(world.settings()));
    expect(words(failure)).toContain("its annotation init-pod.dev/retry is missing");
  });

  scenario("does not take a Pod for deleted that lost its label meanwhile", async ({ cluster, waiting }) => {
    cluster.set("web", stages.first);
    const { wait } = await waiting();
    cluster.unlabel("web");
    const failure = await failureOf(wait);
    expect(failure.verdict.reason).toBe("LabelMissing");
    expect(words(failure)).toContain("its label init-pod.dev/id=web-0123456789 is missing");
  });

  scenario("nor where that happened while the API server was away", async ({ cluster, waiting }) => {
    cluster.set("web", stages.first);
    const { wait } = await waiting();
    await cluster.stop();
    cluster.unlabel("web");
    await cluster.listen();
    expect((await failureOf(wait)).verdict.reason).toBe("LabelMissing");
  });

  scenario("goes by the list where the Pod may not be asked for by name", async ({ cluster, waiting }) => {
    cluster.set("web", stages.first);
    const { wait } = await waiting();
    cluster.forbidden.add("get pods");
    cluster.unlabel("web");
    expect((await failureOf(wait)).verdict.reason).toBe("Deleted");
  });

  scenario("says where the Pod is not in this cluster", async ({ cluster, settings }) => {
    cluster.set("web", stages.first, { uid: "another" });
    await expect(waitUntilReady(settings())).rejects.toThrow(ClusterMismatchError);
    cluster.delete("web");
    await expect(waitUntilReady(settings())).rejects.toThrow(/provider reaches another cluster/);
  });
});

describe.concurrent("the deadline of the wait", () => {
  const promptMs = 3_500;

  async function deadline({ settings }: World, timeoutSeconds: number): Promise<InitFailedError> {
    const start = performance.now();
    const error = await failureOf(waitUntilReady(settings({ timeoutSeconds })));
    const ms = performance.now() - start;
    expect(ms).toBeGreaterThanOrEqual(timeoutSeconds * 1000 - 200);
    expect(ms).toBeLessThan(timeoutSeconds * 1000 + promptMs);
    expect(error.verdict.reason).toBe("Timeout");
    return error;
  }

  scenario("comes where nothing changes", async (world) => {
    const { cluster } = world;
    cluster.set("web", stages.first);
    expect((await deadline(world, 2)).message).toContain("still running after 2 s");
  });

  scenario("comes where the Pod changes all the time", async (world) => {
    const { cluster } = world;
    const timer = setInterval(() => cluster.set("web", stages.first), 20);
    cluster.set("web", stages.first);
    await deadline(world, 2).finally(() => clearInterval(timer));
  });

  scenario("comes where the clock is set meanwhile", async (world) => {
    const { cluster } = world;
    cluster.set("web", stages.first);
    const now = Date.now.bind(Date);
    const clock = vi.spyOn(Date, "now").mockImplementation(() => now() - 3_600_000);
    await deadline(world, 2).finally(() => clock.mockRestore());
  });

  scenario("comes where the API server is away from the start", async (world) => {
    const { cluster } = world;
    await cluster.stop();
    expect((await deadline(world, 2)).message).toMatch(/the API server did not show it within 2 s: .*ECONNREFUSED/);
    await cluster.listen();
  });

  scenario("comes where the API server goes away for good", async (world) => {
    const { cluster } = world;
    cluster.set("web", stages.first);
    const failed = deadline(world, 3);
    await until(() => cluster.openWatches === 1);
    await cluster.stop();
    expect((await failed).verdict.message).toMatch(/The API server has not answered for the last [23] s/);
    await cluster.listen();
  });

  scenario("comes where the API server takes all requests and answers none", async (world) => {
    const { cluster } = world;
    cluster.set("web", stages.first);
    cluster.override = ({ right }) => right !== "get pods";
    await deadline(world, 2);
    cluster.override = () => true;
    await deadline(world, 2);
  });
});

describe.concurrent("the wait for a Pod over a bad connection", () => {
  scenario("goes on when the API server has been started anew", async ({ cluster, lines, waiting }) => {
    cluster.set("web", stages.first);
    const { wait } = await waiting();
    await cluster.stop();
    await sleep(1_000);
    cluster.set("web", stages.ready);
    await cluster.listen();
    expect(await wait).toHaveLength(2);
    expect(lines.join("\n")).not.toContain("The API server");
  });

  scenario("goes on after a version that is too old", async ({ cluster, waiting }) => {
    cluster.set("web", stages.first);
    const { wait } = await waiting();
    cluster.expire();
    cluster.set("web", stages.ready);
    expect(await wait).toHaveLength(2);
  });

  scenario("goes on through watches that end each 50 ms", async ({ cluster, waiting }) => {
    cluster.watchMs = 50;
    cluster.set("web", stages.first);
    const { wait } = await waiting();
    await sleep(1_000);
    cluster.set("web", stages.ready);
    const start = performance.now();
    expect(await wait).toHaveLength(2);
    expect(performance.now() - start).toBeLessThan(3_000);
  });

  scenario("ends, though a log can't be read", async ({ cluster, settings }) => {
    cluster.override = ({ right }, response) => {
      if (right !== "get pods/log") return false;
      response.socket?.destroy();
      return true;
    };
    cluster.set("web", stages.ready);
    const logs = await waitUntilReady(settings());
    expect(logs[0]?.log.join()).toContain("could not be read");
  });
});

describe.concurrent("the events of a Pod", () => {
  const mountFails = {
    reason: "FailedMount",
    type: "Warning",
    message: 'MountVolume.SetUp failed for volume "v" : configmap "no-such" not found',
    firstTimestamp: "2026-01-01T00:00:00Z",
    lastTimestamp: "2026-01-01T00:00:30Z",
  };

  scenario("tell why a Pod stands still before its containers start", async ({ cluster, settings }) => {
    cluster.set("web", stages.mounting);
    cluster.events = [mountFails];
    const error = await failureOf(waitUntilReady(settings()));
    expect(error.verdict.reason).toBe("FailedMount");
    expect(error.message).toContain("no-such");
  });

  scenario("name at once what a volume lacks, also where the Pod got its node late", async (world) => {
    const { cluster, lines, waiting } = world;
    cluster.set("web", stages.created);
    const { wait } = await waiting();
    await sleep(4_500);
    cluster.set("web", stages.mounting);
    await sleep(200);
    const now = new Date().toISOString();
    cluster.events = [{ ...mountFails, firstTimestamp: now, lastTimestamp: now }];
    const start = performance.now();
    const named = 'volume "v" needs ConfigMap "no-such", which does not exist';
    await until(() => lines.some((line) => line.includes(named)));
    expect(performance.now() - start).toBeLessThan(2_500);
    cluster.set("web", stages.ready);
    await wait;
  });

  scenario("are read seldom", async ({ cluster, settings }) => {
    cluster.set("web", stages.mounting);
    await failureOf(waitUntilReady(settings({ timeoutSeconds: 5 })));
    // Three to judge the Pod, one for the report.
    expect(cluster.count(/^list events/)).toBeLessThanOrEqual(4);
  });

  scenario("aren't read once containers run", async ({ cluster, waiting }) => {
    cluster.set("web", stages.first);
    const { wait } = await waiting();
    await sleep(4_500);
    cluster.set("web", stages.ready);
    await wait;
    expect(cluster.count(/^list events/)).toBe(0);
  });

  scenario(
    "that may not be read are no failure, and what is lost is said once",
    async ({ cluster, lines, settings }) => {
      cluster.forbidden.add("list events");
      cluster.set("web", stages.mounting);
      cluster.set("two", stages.mounting);
      const errors = await Promise.all([
        failureOf(waitUntilReady(settings({ timeoutSeconds: 6 }))),
        failureOf(waitUntilReady(settings({ timeoutSeconds: 6, podName: "two", podUid: "uid-two" }))),
      ]);
      expect(errors.map(({ verdict }) => verdict.reason)).toEqual(["Timeout", "Timeout"]);
      expect(lines.filter((line) => line.includes("No right to list events in namespace shop"))).toHaveLength(1);
    },
  );
});
