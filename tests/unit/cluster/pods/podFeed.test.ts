import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ClusterClient } from "../../../../components/cluster/api/client.ts";
import { ApiError, UnreachableError } from "../../../../components/cluster/api/errors.ts";
import { listPods, watchPods, type WatchRequest } from "../../../../components/cluster/pods/podFeed.ts";
import { answer, FakeCluster, namespace, podOf, until } from "../fakeCluster.ts";

const scope = { namespace, labelSelector: "managed-by=us" };
const mebibyte = 1024 * 1024;
const notKubernetes = new UnreachableError("it answers, but not as a Kubernetes API server");

let cluster: FakeCluster;
let client: ClusterClient;

beforeEach(async () => {
  cluster = await FakeCluster.start();
  client = await ClusterClient.connect(cluster.access);
});

afterEach(async () => {
  client.close();
  await cluster.stop();
});

describe("a list of Pods", () => {
  test("has those of a namespace with the labels, and the version from which a watch goes on", async () => {
    const web = cluster.set("web", { phase: "Running" });
    expect(await listPods(client, scope)).toEqual({ pods: [web], version: "101" });
    expect(cluster.requests).toEqual(["list pods /api/v1/namespaces/shop/pods?labelSelector=managed-by%3Dus"]);
  });

  test("has those of all namespaces where none is named", async () => {
    await listPods(client, { labelSelector: "" });
    expect(cluster.requests).toEqual(["list pods /api/v1/pods?labelSelector="]);
  });

  test.each([
    ["an empty object", "{}"],
    ["nothing", "null"],
    ["a page of a proxy", "<html>"],
    ["a list without a version", '{"items":[]}'],
    ["a list whose metadata are null", '{"metadata":null,"items":[]}'],
    ["a version without a list", '{"metadata":{"resourceVersion":"1"}}'],
    ["a list of things that are no Pods", '{"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"web"}}]}'],
  ])("fails where the answer is %s", async (_what, body) => {
    cluster.override = (_asked, response) => answer(response, body);
    const error = await listPods(client, scope).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnreachableError);
    expect((error as Error).message).toContain("answers, but not as a Kubernetes API server");
  });
});

/** Lets the API server answer each watch as told. */
function answerWatch(body: (response: ServerResponse) => void): void {
  cluster.override = ({ right }, response) => {
    if (right !== "watch pods") return false;
    response.writeHead(200).flushHeaders();
    body(response);
    return true;
  };
}

function line(type: string, object: object): string {
  return JSON.stringify({ type, object }) + "\n";
}

/** What a watch tells before it ends: types with names or versions, and how it failed. */
async function heard(more: Partial<WatchRequest> = {}): Promise<{ told: string[]; error: unknown }> {
  const told: string[] = [];
  const watch = { ...scope, version: "7", seconds: 15, silenceMs: 10_000, ...more };
  try {
    for await (const { type, object } of await watchPods(client, watch)) {
      told.push(`${type} ${type === "BOOKMARK" ? object.metadata.resourceVersion : object.metadata.name}`);
    }
  } catch (error) {
    return { told, error };
  }
  return { told, error: undefined };
}

const ofWeb = line("MODIFIED", podOf("web", {}));

describe("a watch of Pods", () => {
  test("asks for what happened since a version, for bookmarks, and for an end in time", async () => {
    answerWatch((response) => response.end());
    await heard();
    expect(cluster.requests).toEqual([
      "watch pods /api/v1/namespaces/shop/pods?labelSelector=managed-by%3Dus&watch=true&allowWatchBookmarks=true" +
        "&resourceVersion=7&timeoutSeconds=15",
    ]);
  });

  test("tells of changes and bookmarks until the API server ends it", async () => {
    answerWatch((response) => {
      const bookmark = line("BOOKMARK", { metadata: { resourceVersion: "9" } });
      response.end(line("ADDED", podOf("new", {})) + ofWeb + bookmark + line("DELETED", podOf("old", {})));
    });
    expect(await heard()).toEqual({
      told: ["ADDED new", "MODIFIED web", "BOOKMARK 9", "DELETED old"],
      error: undefined,
    });
  });

  test("tells of an event at once, however its bytes come", async () => {
    const bytes = Buffer.from(line("ADDED", podOf("größe", {})) + "\n" + ofWeb);
    answerWatch((response) => {
      response.socket?.setNoDelay();
      void (async () => {
        for (const byte of bytes) {
          response.write(Buffer.from([byte]));
          await sleep(0);
        }
      })();
    });
    expect((await heard({ silenceMs: 500 })).told).toEqual(["ADDED größe", "MODIFIED web"]);
  });

  test("fails with what the API server says, after what it told before", async () => {
    const gone = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" };
    answerWatch((response) => response.end(ofWeb + line("ERROR", gone)));
    expect(await heard()).toEqual({
      told: ["MODIFIED web"],
      error: new ApiError(410, "too old resource version", "Expired"),
    });
  });

  test("does not begin without the right to watch", async () => {
    cluster.forbidden.add("watch pods");
    const watch = watchPods(client, { ...scope, version: "7", seconds: 15, silenceMs: 10_000 });
    await expect(watch).rejects.toMatchObject({ status: 403 });
  });

  test.each([
    ["what is no JSON", "this is no JSON\n"],
    ["a page without a line break", "<html>"],
    ["half an event", ofWeb.slice(0, 30)],
    ["nothing", "null\n"],
    ["an empty object", "{}\n"],
    ["a kind of event that is not known", line("BEGUN", podOf("web", {}))],
    ["a change of what is no Pod", line("ADDED", { metadata: { name: "web" } })],
    ["a bookmark without metadata", line("BOOKMARK", {})],
    ["an error that says nothing", '{"type":"ERROR"}\n'],
  ])("fails where it brings %s, after what it told before", async (_what, body) => {
    answerWatch((response) => response.end(ofWeb + body));
    expect(await heard()).toEqual({ told: ["MODIFIED web"], error: notKubernetes });
  });

  test("takes an event of several MiB", async () => {
    const annotations = { large: "x".repeat(4 * mebibyte) };
    answerWatch((response) => response.end(line("ADDED", podOf("large", {}, { annotations }))));
    expect(await heard()).toEqual({ told: ["ADDED large"], error: undefined });
  });

  test("fails where an event does not end, and closes its connection", async () => {
    let written = 0;
    let isOpen = true;
    answerWatch((response) => {
      response.on("close", () => (isOpen = false));
      void (async () => {
        for (; isOpen; written++) {
          response.write("x".repeat(mebibyte));
          await sleep(5);
        }
      })();
    });
    expect((await heard()).error).toEqual(notKubernetes);
    await until(() => !isOpen);
    expect(written).toBeLessThan(64);
  });

  test("fails where it hears nothing for too long", async () => {
    answerWatch((response) => response.write(ofWeb));
    const start = performance.now();
    const { told, error } = await heard({ silenceMs: 400 });
    expect(told).toEqual(["MODIFIED web"]);
    expect((error as Error).message).toBe("the answer stalled for 0.4 s");
    expect(performance.now() - start).toBeGreaterThan(390);
  });

  test("goes on as long as there is a sign of life", async () => {
    answerWatch((response) => {
      const timer = setInterval(() => response.write("\n"), 100);
      setTimeout(() => {
        clearInterval(timer);
        response.end(ofWeb);
      }, 1_000);
    });
    expect(await heard({ silenceMs: 400 })).toEqual({ told: ["MODIFIED web"], error: undefined });
  });

  test("closes its connection when it is left", async () => {
    cluster.set("web", { phase: "Running" });
    const watch = { ...scope, version: "0", seconds: 15, silenceMs: 10_000 };
    for await (const { type } of await watchPods(client, watch)) if (type === "ADDED") break;
    await until(() => cluster.openWatches === 0);
  });

  test("ends with its signal", async () => {
    const stop = new AbortController();
    const ended = heard({ signal: stop.signal });
    await until(() => cluster.openWatches === 1);
    stop.abort();
    expect((await ended).error).toBeInstanceOf(Error);
    await until(() => cluster.openWatches === 0);
  });
});
