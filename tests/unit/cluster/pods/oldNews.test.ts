import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ClusterClient } from "../../../../components/cluster/api/client.ts";
import { PodViews } from "../../../../components/cluster/pods/podViews.ts";
import { PodWatch } from "../../../../components/cluster/pods/podWatch.ts";
import { isOlder, LatestVersion } from "../../../../components/cluster/pods/versions.ts";
import { answer, ApiProxy, type FlatKubeconfig, pass, replaying } from "../../../support/apiProxy/index.ts";
import { FakeCluster, kubeconfig, marks, namespace, until } from "../fakeCluster.ts";

/** A Pod, heard of by `up` (its phases, or `gone`) and by the forwarder, through a proxy. */
async function heardOf(name: string) {
  const cluster = await FakeCluster.start();
  const proxy = await ApiProxy.before(JSON.parse(kubeconfig(cluster.url)) as FlatKubeconfig);
  const client = await ClusterClient.connect({ kubeconfig: proxy.kubeconfig });
  onTestFinished(async () => {
    client.close();
    proxy.close();
    await cluster.stop();
  });
  cluster.set(name, { phase: "Pending" });
  const heard: string[] = [];
  const lines: string[] = [];
  const hear = (what: string): void => {
    // That it is gone is told at each list.
    if (heard.at(-1) !== what) heard.push(what);
  };
  const start = async (): Promise<{ view: ReturnType<PodViews["subscribe"]> }> => {
    const watch = new PodWatch(client, namespace, "a=b", (line) => lines.push(line), { report: 300 });
    watch.subscribe(
      { name, uid: `uid-${name}` },
      { changed: (pod) => hear(pod?.status?.phase ?? "gone"), failed: ({ message }) => hear(message) },
    );
    onTestFinished(() => watch.close());
    const views = new PodViews(
      () => Promise.resolve(client),
      namespace,
      (line) => lines.push(line),
    );
    const view = views.subscribe(marks.labels, () => undefined);
    onTestFinished(() => view.close());
    await until(() => heard.length === 1 && view.isLive(), 15);
    return { view };
  };
  return { cluster, proxy, heard, lines, start };
}

function phases(view: ReturnType<PodViews["subscribe"]>): (string | undefined)[] {
  return view.pods().map(({ status }) => status?.phase);
}

describe("watches that tell nothing", () => {
  test.each([
    ["end at once", answer(200, "")],
    ["tell what is known already, and end", pass({ until: { lines: 0, ms: 50 }, then: "end" })],
    ["end after a moment", pass({ line: () => undefined, until: { ms: 300 }, then: "end" })],
  ])("and %s are followed by new lists, with pauses", { timeout: 20_000 }, async (_how, action) => {
    const { cluster, proxy, heard, lines, start } = await heardOf("web");
    proxy.when("watch pods", action);
    const { view } = await start();
    cluster.set("web", { phase: "Running" });
    await until(() => heard.includes("Running") && phases(view).join() === "Running", 10);
    cluster.delete("web");
    await until(() => heard.includes("gone") && view.pods().length === 0, 10);
    expect(heard).toEqual(["Pending", "Running", "gone"]);
    expect(view.isLive()).toBe(true);
    expect(lines).toEqual([]);
    const lists = (): number => proxy.asked("list pods").length;
    const before = lists();
    await sleep(2_000);
    // Each of the two lists once in 1 to 2 s.
    expect(lists() - before).toBeLessThanOrEqual(5);
  });
});

describe("old news", () => {
  test("of a watch is ignored: a Pod never goes back, nor comes back once it is gone", async () => {
    const { cluster, proxy, heard, start } = await heardOf("web");
    proxy.when("watch pods", pass({ line: replaying() }));
    const { view } = await start();
    for (const phase of ["One", "Two", "Three"]) {
      cluster.set("web", { phase });
      await until(() => heard.at(-1) === phase);
      await sleep(50);
      expect(phases(view)).toEqual([phase]);
    }
    cluster.delete("web");
    await until(() => heard.at(-1) === "gone");
    cluster.set("other", { phase: "Pending" });
    await until(() => view.pods().some(({ metadata }) => metadata.name === "other"));
    expect(heard).toEqual(["Pending", "One", "Two", "Three", "gone"]);
    expect(view.pods().map(({ metadata }) => metadata.name)).toEqual(["other"]);
  });

  test("of another Pod that had its name does not make a Pod gone", async () => {
    const { cluster, heard, start } = await heardOf("web");
    const { view } = await start();
    const old = { type: "ADDED", object: { metadata: { name: "web", uid: "older", resourceVersion: "90" } } };
    await until(() => cluster.openWatches === 2);
    cluster.tell(old);
    cluster.set("web", { phase: "Running" });
    await until(() => heard.length === 2);
    expect(heard).toEqual(["Pending", "Running"]);
    await until(() => phases(view).join() === "Running");
  });

  test("of a list is told from a server that lags behind, in one line, until it has caught up", async () => {
    const { cluster, proxy, heard, lines, start } = await heardOf("web");
    const { view } = await start();
    let before: unknown;
    const copy = proxy.when("list pods", pass({ json: (body) => (before ??= body) }));
    await until(() => cluster.openWatches === 2);
    cluster.cut();
    await until(() => copy.hits.length >= 2);
    cluster.set("web", { phase: "Running" });
    await until(() => heard.includes("Running") && phases(view).join() === "Running" && cluster.openWatches === 2);
    cluster.cut();
    await until(() => lines.some((line) => line.includes("older than what it told before")), 10);
    expect(phases(view)).toEqual(["Running"]);
    copy.remove();
    cluster.set("web", { phase: "Succeeded" });
    await until(() => heard.includes("Succeeded") && phases(view).join() === "Succeeded", 10);
    expect(heard).toEqual(["Pending", "Running", "Succeeded"]);
    // One of each.
    expect(lines.filter((line) => line.includes("older than")).length).toBeLessThanOrEqual(2);
  });

  test("is believed once it has lasted, as of a cluster that was restored from a backup", () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const latest = new LatestVersion();
    expect(latest.acceptList("100")).toBe(true);
    expect(latest.acceptEvent("120")).toBe(true);
    expect(latest.acceptList("110")).toBe(false);
    vi.advanceTimersByTime(14_000);
    expect(latest.acceptList("110")).toBe(false);
    vi.advanceTimersByTime(2_000);
    expect(latest.acceptList("110")).toBe(true);
    expect(latest.version).toBe("110");
    expect(latest.acceptEvent("111")).toBe(true);
  });
});

test.each([
  ["9", "10", true],
  ["10", "9", false],
  ["10", "10", false],
  ["99999999999999999998", "99999999999999999999", true],
  // Nothing is known of these.
  ["a", "b", false],
  ["", "10", false],
  ["09", "10", false],
  [undefined, "10", false],
  ["10", undefined, false],
])("version %s is older than %s: %s", (version, other, expected) => {
  expect(isOlder(version, other)).toBe(expected);
});
