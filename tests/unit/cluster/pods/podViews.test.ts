import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { ClusterClient } from "../../../../components/cluster/api/client.ts";
import { type PodView, PodViews } from "../../../../components/cluster/pods/podViews.ts";
import { until } from "../../forward/helpers";

const notKubernetes = /answers, but not as a Kubernetes API server/;

/** An API server with the Pods of `names`, that answers each watch, or each list, as told; with a view on it. */
async function viewOn(
  names: string[],
  watch: (response: ServerResponse, version: string | null) => void,
  list?: string,
) {
  const asked = { lists: 0, watches: [] as (string | null)[] };
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "", "http://api");
    if (searchParams.has("watch")) {
      asked.watches.push(searchParams.get("resourceVersion"));
      watch(response, searchParams.get("resourceVersion"));
      return;
    }
    asked.lists++;
    const metadata = { resourceVersion: String(asked.lists) };
    response.end(list ?? JSON.stringify({ metadata, items: names.map((name) => podOf(name)) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const cluster = { server: `http://127.0.0.1:${port}` };
  const client = await ClusterClient.connect({
    kubeconfig: JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "c",
      clusters: [{ name: "c", cluster }],
      users: [{ name: "u", user: { token: "t" } }],
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    }),
  });
  const lines: string[] = [];
  let changes = 0;
  const views = new PodViews(
    () => Promise.resolve(client),
    "default",
    (line) => lines.push(line),
  );
  const view: PodView = views.subscribe({ app: "web" }, () => changes++);
  onTestFinished(() => {
    view.close();
    client.close();
    server.closeAllConnections();
    server.close();
  });
  return { views, view, asked, lines, changes: () => changes };
}

function podOf(name: string, app = "web"): object {
  const metadata = { uid: name, name, namespace: "default", creationTimestamp: "2026-01-01T00:00:00Z" };
  return { metadata: { ...metadata, labels: { app } } };
}

function event(type: string, object: object): string {
  return JSON.stringify({ type, object }) + "\n";
}

function refuse(response: ServerResponse): void {
  response.writeHead(403).end(JSON.stringify({ kind: "Status", message: "pods is forbidden", code: 403 }));
}

test("lists at a bounded rate where the right to watch is missing, and says so once", async () => {
  const names = ["web-1"];
  const { view, asked, lines } = await viewOn(names, refuse);
  await until(() => asked.lists >= 3);
  names.push("web-2");
  await until(() => view.pods().length === 2);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(asked.lists).toBeLessThan(20);
  expect(view.isLive()).toBe(true);
  expect(view.error()).toBeUndefined();
  expect(lines).toEqual(["pods of /api/v1/namespaces/default/pods: pods is forbidden"]);
});

test("lists anew where its version is too old, without having been out of touch", async () => {
  let isLive = true;
  const { view, asked, changes } = await viewOn(["web-1"], (response, version) => {
    isLive &&= view.isLive();
    const gone = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" };
    if (version === "1") response.end(event("ERROR", gone));
    else response.write(event("ADDED", podOf("web-2")));
  });
  await until(() => view.pods().length === 2);
  expect(asked).toEqual({ lists: 2, watches: ["1", "2"] });
  expect(changes()).toBe(3);
  expect(isLive).toBe(true);
});

test("goes on after a watch has ended from the last version that a bookmark told", async () => {
  const { view, asked } = await viewOn(["web-1"], (response, version) => {
    if (version === "1") response.end(event("BOOKMARK", { metadata: { resourceVersion: "7" } }));
    else response.write(event("DELETED", podOf("web-1")));
  });
  await until(() => asked.watches.length === 2 && view.pods().length === 0);
  expect(asked).toEqual({ lists: 1, watches: ["1", "7"] });
});

test("is out of touch after a cut until it has listed anew", async () => {
  const { view, asked } = await viewOn(["web-1"], (response, version) => {
    response.write(event("BOOKMARK", { metadata: { resourceVersion: version ?? "" } }));
    if (version === "1") setTimeout(() => response.destroy(), 50);
  });
  await until(() => view.isLive());
  await until(() => !view.isLive());
  expect(view.error()).toBeDefined();
  await until(() => view.isLive());
  expect(asked.lists).toBe(2);
});

test.each([
  ["no event", "this is no JSON\n"],
  ["a change of what is no Pod", event("ADDED", { metadata: { labels: { app: "web" } } })],
])("is out of touch where a watch brings %s, and lists anew", async (_what, body) => {
  const { view, asked, lines } = await viewOn(["web-1"], (response, version) => {
    if (version === "1") response.write(body);
    else response.write(event("ADDED", podOf("web-2")));
  });
  await until(() => view.pods().length === 2);
  expect(view.pods().map(({ metadata }) => metadata.name)).toEqual(["web-1", "web-2"]);
  expect(asked).toEqual({ lists: 2, watches: ["1", "2"] });
  expect(lines).toEqual([expect.stringMatching(notKubernetes), expect.stringMatching("reached again")]);
});

test("gives a watch up whose event does not end, and lists anew", async () => {
  let written = 0;
  const { view, asked } = await viewOn(["web-1"], (response, version) => {
    if (version !== "1") return response.write(event("ADDED", podOf("web-2")));
    const timer = setInterval(() => {
      response.write("x".repeat(1024 * 1024));
      written++;
    }, 5);
    response.on("close", () => clearInterval(timer));
  });
  await until(() => view.pods().length === 2);
  expect(asked).toEqual({ lists: 2, watches: ["1", "2"] });
  expect(written).toBeLessThan(64);
});

test("is out of touch where the answer is no list of Pods", async () => {
  const { view, asked } = await viewOn([], () => undefined, "{}");
  await until(() => asked.lists >= 2);
  expect(view.isLive()).toBe(false);
  expect(view.error()).toMatch(notKubernetes);
  await expect(view.list()).rejects.toThrow(notKubernetes);
  expect(asked.watches).toEqual([]);
});

test("tells each of its own Pods alone, be they known before it asks, and lists no more for many", async () => {
  let open: ServerResponse | undefined;
  const { views, view, asked, changes } = await viewOn(["web-1"], (response) => {
    open = response;
    response.flushHeaders();
  });
  const others = Array.from({ length: 20 }, (_, at) => `other-${at}`);
  for (const app of others) views.subscribe({ app }, () => undefined);
  await until(() => asked.watches.length > 0 && view.isLive());
  const { lists } = asked;
  open?.write(event("ADDED", podOf("late-1", "late")));
  open?.write(event("ADDED", podOf("web-2")));
  await until(() => view.pods().length === 2);
  const before = changes();
  let told = 0;
  const late = views.subscribe({ app: "late" }, () => told++);
  await until(() => told === 1);
  expect(late.isLive()).toBe(true);
  expect(late.pods().map(({ metadata }) => metadata.name)).toEqual(["late-1"]);
  open?.write(event("MODIFIED", podOf("late-1", "later")));
  await until(() => told === 2);
  expect(late.pods()).toEqual([]);
  expect(changes()).toBe(before);
  expect(asked.lists).toBe(lists);
});
