import { test } from "vitest";
import { ClusterClient } from "../../../components/cluster/api/client.ts";
import { PodWatch, type WatchTiming } from "../../../components/cluster/pods/podWatch.ts";
import { type WaitSettings, waitUntilReady } from "../../../components/cluster/wait/waitReady.ts";
import { FakeCluster, marks, namespace, until } from "./fakeCluster.ts";
import { tolerate } from "./tolerate.ts";

/** A cluster of a test's own, and what is there to talk to it. */
export interface World {
  cluster: FakeCluster;
  client: ClusterClient;
  watch: PodWatch;
  /** What was reported. */
  lines: string[];
  settings: (more?: Partial<WaitSettings>) => WaitSettings;
  /** A wait that has seen its Pod and watches it. In an object, as it would be awaited otherwise. */
  waiting: (more?: Partial<WaitSettings>) => Promise<{ wait: Promise<unknown> }>;
}

/** A test in a world of its own, beside others: most of its time it waits. */
export function scenario(name: string, body: (world: World) => Promise<void>, timing: Partial<WatchTiming> = {}): void {
  test.concurrent(name, async () => {
    const cluster = await FakeCluster.start();
    const client = await ClusterClient.connect(cluster.access);
    const lines: string[] = [];
    const watch = new PodWatch(client, namespace, "managed-by=us", (line) => lines.push(line), timing);
    const settings = (more: Partial<WaitSettings> = {}): WaitSettings => ({
      client,
      watch,
      namespace,
      podName: "web",
      podUid: "uid-web",
      selector: marks.labels,
      retries: tolerate(1),
      mustServe: true,
      existed: false,
      timeoutSeconds: 20,
      mask: (text) => text.replaceAll("s3cret", "[secret]"),
      report: (line) => lines.push(line),
      ...more,
    });
    const waiting: World["waiting"] = async (more) => {
      const wait = waitUntilReady(settings(more));
      wait.catch(() => undefined);
      await until(() => cluster.openWatches === 1);
      return { wait };
    };
    try {
      await body({ cluster, client, watch, lines, settings, waiting });
    } finally {
      watch.close();
      client.close();
      await cluster.stop();
    }
  });
}
