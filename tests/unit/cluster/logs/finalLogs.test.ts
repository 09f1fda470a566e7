import { describe, expect, test } from "vitest";
import { initLogs } from "../../../../components/cluster/logs/finalLogs.ts";
import type { LogStreams } from "../../../../components/cluster/logs/follow.ts";
import { masker } from "../../../../components/text/mask.ts";
import { until } from "../../forward/helpers";
import { FakeLogApi } from "./fakeLogApi";
import { firstLineShown, streamsOf } from "./followed.ts";

/** The ends of the logs by the streams' knowledge, those that the API server tells, and what the former asked it for. */
async function bothWays(api: FakeLogApi, streams: LogStreams) {
  const settings = { client: await api.client(), namespace: "shop", podName: "web", mask: masker(["s3cret"]) };
  const before = api.requests.length;
  const known = await initLogs(settings, api.pod, (container, attempt) => streams.endOfWhole(container, attempt));
  const requests = api.requests.slice(before);
  const read = await initLogs(settings, api.pod);
  return { known, read, requests };
}

describe("the end of an init container's log", () => {
  test.each([0, 1, 20, 21, 50])("is asked for no more where all of its %i lines were followed", async (count) => {
    const api = await FakeLogApi.start();
    const { streams } = await streamsOf(api);
    api.startAttempt("init");
    streams.update(api.pod);
    for (let line = 0; line < count; line++) api.log("init", `line ${line} with a s3cret`);
    api.endAttempt("init", 0);
    streams.update(api.pod);
    await streams.end();
    const { known, read, requests } = await bothWays(api, streams);
    expect(requests).toEqual([]);
    expect(known).toEqual(read);
    expect(known[0]?.log).toHaveLength(Math.min(count, 20));
    expect(JSON.stringify(known)).not.toContain("s3cret");
    expect(known[0]?.truncated).toBe(count > 20);
  });

  test("is that of the last attempt, where each was followed to its end", async () => {
    const api = await FakeLogApi.start();
    const { streams } = await streamsOf(api);
    for (const [text, exitCode] of [["try 1", 1] as const, ["try 2", 0] as const]) {
      api.startAttempt("init");
      streams.update(api.pod);
      api.log("init", text);
      api.endAttempt("init", exitCode);
      streams.update(api.pod);
      await streams.end();
    }
    const { known, requests } = await bothWays(api, streams);
    expect(requests).toEqual([]);
    expect(known).toMatchObject([{ log: ["try 2"], restarts: 1 }]);
  });

  test("is read where the follow had a cut at its end", async () => {
    const { api, streams } = await firstLineShown();
    // What is asked from now on breaks off: nothing of it is whole.
    api.intercept = (_url, response) => {
      response.writeHead(200, { "content-length": "1000" }).flushHeaders();
      response.destroy();
      return true;
    };
    api.cut();
    api.log("init", "last");
    api.endAttempt("init", 0);
    streams.update(api.pod);
    await until(() => api.requests.length > 2);
    streams.close();
    api.intercept = () => false;
    const { known, requests } = await bothWays(api, streams);
    expect(requests).toHaveLength(1);
    expect(known[0]?.log).toEqual(["first", "last"]);
  });

  test("is read where it was not followed, and of a container that goes on", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    api.restartable.add("proxy");
    api.startAttempt("proxy");
    streams.update(api.pod);
    api.log("proxy", "listens");
    await until(() => lines.length === 1);
    api.startAttempt("late");
    api.log("late", "done");
    api.endAttempt("late", 0);
    const { known, requests } = await bothWays(api, streams);
    expect(requests).toHaveLength(2);
    expect(known.map(({ log }) => log)).toEqual([["listens"], ["done"]]);
  });

  test("is read where the node said something in the place of lines", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("init");
    api.log("init", "kept");
    api.endAttempt("init", 0);
    api.intercept = (_url, response) => {
      response.end("2026-01-01T00:00:00.001000000Z kept\nfailed to watch file: too many open files\n");
      return true;
    };
    streams.update(api.pod);
    await until(() => lines.length === 2);
    await streams.end();
    api.intercept = () => false;
    const { known, requests } = await bothWays(api, streams);
    expect(requests).toHaveLength(1);
    expect(known[0]?.log).toEqual(["kept"]);
  });
});
