import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import type { Pod } from "../../../../components/cluster/pods/pod.ts";
import type { PodWatch } from "../../../../components/cluster/pods/podWatch.ts";
import { answer, refuse, stages, until } from "../fakeCluster.ts";
import { scenario } from "../world.ts";

/** What a listener hears of a Pod: its phases, and `gone`. */
function follow(
  watch: PodWatch,
  name: string,
  uid = `uid-${name}`,
): { heard: string[]; errors: Error[]; stop: () => void } {
  const heard: string[] = [];
  const errors: Error[] = [];
  const stop = watch.subscribe(
    { name, uid },
    {
      changed: (pod: Pod | undefined) => heard.push(pod?.status?.phase ?? "gone"),
      failed: (error) => errors.push(error),
    },
  );
  return { heard, errors, stop };
}

/** Quicker than usual, so that the tests are. */
const quick = { poll: 200, report: 300, silence: 1_000 };

describe("a watch of Pods", () => {
  scenario(
    "tells of a Pod as it is, of each change, and that it is gone",
    async ({ cluster, watch }) => {
      cluster.set("web", { phase: "Pending" });
      const { heard } = follow(watch, "web");
      await until(() => cluster.openWatches === 1);
      cluster.set("web", { phase: "Running" });
      cluster.delete("web");
      await until(() => heard.includes("gone"));
      expect(heard).toEqual(["Pending", "Running", "gone"]);
    },
    quick,
  );

  scenario(
    "tells of a Pod that lists no longer show as it is, once it was asked for by name",
    async ({ cluster, watch }) => {
      cluster.set("web", { phase: "Pending" });
      cluster.set("other", { phase: "Running" });
      cluster.unlabel("other");
      const web = follow(watch, "web");
      const other = follow(watch, "other");
      await until(() => cluster.openWatches === 1 && other.heard.length === 1);
      cluster.unlabel("web");
      await until(() => web.heard.length === 2);
      expect([web.heard, other.heard]).toEqual([["Pending", "Pending"], ["Running"]]);
      expect(cluster.count(/^get pods/)).toBe(2);
    },
    quick,
  );

  scenario(
    "is one list and one watch for all Pods of a namespace, and ends with the last listener",
    async ({ cluster, watch }) => {
      cluster.set("a", { phase: "Pending" });
      cluster.set("b", { phase: "Running" });
      const a = follow(watch, "a");
      await until(() => cluster.openWatches === 1);
      const b = follow(watch, "b");
      expect(b.heard).toEqual(["Running"]);
      expect(cluster.requests).toHaveLength(2);
      a.stop();
      expect(cluster.openWatches).toBe(1);
      b.stop();
      await until(() => cluster.openWatches === 0);
    },
    quick,
  );

  scenario(
    "does not take a Pod for gone that is younger than its list",
    async ({ cluster, watch }) => {
      cluster.set("a", { phase: "Pending" });
      follow(watch, "a");
      await until(() => cluster.openWatches === 1);
      const { heard } = follow(watch, "b");
      expect(heard).toEqual([]);
      cluster.set("b", { phase: "Pending" });
      await until(() => heard.length === 1);
      expect(heard).toEqual(["Pending"]);
    },
    quick,
  );

  scenario(
    "keeps two Pods of one name apart",
    async ({ cluster, watch }) => {
      cluster.set("web", { phase: "Running" }, { uid: "old" });
      follow(watch, "web", "old");
      await until(() => cluster.openWatches === 1);
      const { heard } = follow(watch, "web", "new");
      cluster.set("web", { phase: "Running" }, { uid: "old" });
      cluster.delete("web");
      cluster.set("web", { phase: "Pending" }, { uid: "new" });
      await until(() => heard.length > 0);
      expect(heard).toEqual(["Pending"]);
      cluster.set("web", { phase: "Pending" }, { uid: "other" });
      await until(() => heard.length > 1);
      expect(heard).toEqual(["Pending", "gone"]);
    },
    quick,
  );

  scenario(
    "goes on after a cut, and tells what happened meanwhile",
    async ({ cluster, lines, watch }) => {
      cluster.set("a", { phase: "Pending" });
      cluster.set("b", { phase: "Pending" });
      const a = follow(watch, "a");
      const b = follow(watch, "b");
      await until(() => cluster.openWatches === 1);
      await cluster.stop();
      cluster.set("a", { phase: "Running" });
      cluster.delete("b");
      await sleep(200);
      await cluster.listen();
      await until(() => a.heard.length === 2 && b.heard.length === 2);
      expect([a.heard, b.heard]).toEqual([
        ["Pending", "Running"],
        ["Pending", "gone"],
      ]);
      expect(lines).toEqual([]);
    },
    quick,
  );

  scenario(
    "says once that the API server does not answer, and once that it does again",
    async ({ cluster, lines, watch }) => {
      cluster.set("web", { phase: "Pending" });
      const { heard } = follow(watch, "web");
      await until(() => cluster.openWatches === 1);
      await cluster.stop();
      await until(() => lines.length === 1);
      expect(watch.silentSeconds).toBeGreaterThanOrEqual(0);
      await sleep(500);
      await cluster.listen();
      cluster.set("web", { phase: "Running" });
      await until(() => heard.includes("Running"));
      expect(lines).toEqual([
        expect.stringMatching(/does not tell how the Pods of namespace shop are, trying again: .*ECONNREFUSED/),
        expect.stringContaining("answers again"),
      ]);
      expect(watch.silentSeconds).toBeUndefined();
    },
    quick,
  );

  scenario(
    "lists anew where its version is too old, told by an event or by a status",
    async ({ cluster, lines, watch }) => {
      cluster.set("web", { phase: "Pending" });
      const { heard } = follow(watch, "web");
      await until(() => cluster.openWatches === 1);
      cluster.expire();
      cluster.set("web", { phase: "Running" });
      await until(() => heard.includes("Running"));
      await until(() => cluster.openWatches === 1);
      cluster.oldestVersion = 1_000;
      cluster.cut();
      await until(() => cluster.count(/^list pods/) >= 4);
      cluster.oldestVersion = 0;
      cluster.set("web", { phase: "Succeeded" });
      await until(() => heard.includes("Succeeded"));
      expect(heard).toEqual(["Pending", "Running", "Succeeded"]);
      expect(lines).toEqual([]);
    },
    quick,
  );

  scenario(
    "goes on from a bookmark",
    async ({ cluster, watch }) => {
      cluster.set("web", { phase: "Pending" });
      cluster.watchMs = 200;
      follow(watch, "web");
      await until(() => cluster.openWatches === 1);
      cluster.bookmark();
      await until(() => cluster.count(/^watch pods/) >= 2);
      expect(cluster.bookmarks).toEqual(["101", "102"]);
      expect(cluster.count(/^list pods/)).toBe(1);
    },
    quick,
  );

  scenario(
    "hears all through watches that end each 50 ms, without asking without pause",
    async ({ cluster, watch }) => {
      cluster.watchMs = 50;
      cluster.set("web", { phase: "Pending" });
      const { heard } = follow(watch, "web");
      for (let change = 1; change <= 5; change++) {
        cluster.set("web", { phase: `Running ${change}` });
        await sleep(500);
      }
      await until(() => heard.includes("Running 5"));
      expect(cluster.requests.length).toBeLessThan(25);
    },
    quick,
  );

  for (const [what, body] of [
    ["garbage", "this is no JSON\n"],
    ["JSON that is no event", "{}\n"],
    ["an error page", "<html>"],
    ["nothing", ""],
  ] as const) {
    scenario(
      `does not ask without pause where a watch brings ${what}`,
      async ({ cluster, watch }) => {
        cluster.override = ({ right }, response) => right === "watch pods" && answer(response, body);
        cluster.set("web", { phase: "Pending" });
        follow(watch, "web");
        await sleep(1_500);
        expect(cluster.requests.length).toBeLessThan(14);
      },
      quick,
    );
  }

  scenario(
    "does not ask without pause where each version is too old",
    async ({ cluster, watch }) => {
      cluster.oldestVersion = 1_000_000;
      cluster.set("web", { phase: "Pending" });
      follow(watch, "web");
      await sleep(1_500);
      expect(cluster.requests.length).toBeLessThan(14);
    },
    quick,
  );

  scenario(
    "asks for the list again and again without the right to watch, and says so once",
    async ({ cluster, lines, watch }) => {
      cluster.forbidden.add("watch pods");
      cluster.set("web", { phase: "Pending" });
      const { heard } = follow(watch, "web");
      await until(() => lines.length === 1);
      cluster.set("web", { phase: "Running" });
      await until(() => heard.includes("Running"));
      cluster.delete("web");
      await until(() => heard.includes("gone"));
      expect(lines).toEqual(["No right to watch Pods in namespace shop: asking for them each 0.2 s instead."]);
      expect(cluster.count(/^watch pods/)).toBe(1);
    },
    quick,
  );

  scenario(
    "asks for each Pod again and again without the right to list",
    async ({ cluster, lines, watch }) => {
      cluster.forbidden.add("list pods");
      cluster.set("web", { phase: "Pending" });
      const { heard } = follow(watch, "web");
      await until(() => heard.includes("Pending"));
      cluster.set("web", { phase: "Running" });
      await until(() => heard.includes("Running"));
      cluster.delete("web");
      await until(() => heard.includes("gone"));
      expect(lines).toEqual(["No right to list Pods in namespace shop: asking for them each 0.2 s instead."]);
    },
    quick,
  );

  scenario(
    "fails at once where Pods may not be read at all",
    async ({ cluster, watch }) => {
      cluster.forbidden.add("list pods").add("get pods");
      cluster.set("web", { phase: "Pending" });
      const { errors } = follow(watch, "web");
      await until(() => errors.length === 1);
      expect(errors[0]?.message).toContain("cannot get pods");
    },
    quick,
  );

  scenario(
    "does not believe a server that refuses, as it starts, what it allowed before",
    async ({ cluster, lines, watch }) => {
      cluster.set("web", { phase: "Pending" });
      const { heard } = follow(watch, "web");
      await until(() => cluster.openWatches === 1);
      cluster.override = (_request, response) => {
        refuse(response, 403, "not yet");
        return true;
      };
      cluster.cut();
      await sleep(1_000);
      cluster.override = () => false;
      cluster.set("web", { phase: "Running" });
      await until(() => heard.includes("Running"));
      expect(lines.join()).not.toContain("No right");
    },
    quick,
  );

  scenario(
    "notices a connection that is dead although nobody says so",
    async ({ cluster, watch }) => {
      cluster.set("web", { phase: "Pending" });
      const { heard } = follow(watch, "web");
      await until(() => cluster.openWatches === 1);
      // The server's events go nowhere.
      let isSilent = true;
      cluster.override = ({ right }, response) => {
        if (!isSilent || right !== "watch pods") return false;
        isSilent = false;
        response.writeHead(200).flushHeaders();
        return true;
      };
      cluster.cut();
      await until(() => !isSilent);
      const since = performance.now();
      cluster.set("web", stages.ready);
      await until(() => heard.includes("Running"));
      expect(performance.now() - since).toBeGreaterThan(900);
    },
    quick,
  );
});
