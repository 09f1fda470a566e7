import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { initLogs } from "../../../../components/cluster/logs/finalLogs.ts";
import type { LogStreams } from "../../../../components/cluster/logs/follow.ts";
import { readTail } from "../../../../components/cluster/logs/tail.ts";
import { until } from "../../forward/helpers";
import { FakeLogApi } from "./fakeLogApi";
import { firstLineShown, streamsOf } from "./followed.ts";

function refuse(response: ServerResponse, status: number, message: string, headers = {}): true {
  response.writeHead(status, headers).end(JSON.stringify({ kind: "Status", message, code: status }));
  return true;
}

const stamp = "2026-01-01T00:00:00.000000001Z";

describe("an answer that passes", () => {
  test.each([
    [400, 'container "init" in pod "web" is waiting to start: PodInitializing'],
    [404, 'pods "web" not found'],
    [401, "Unauthorized"],
    [410, "gone"],
    [502, "error dialing backend"],
  ])("(%i %s) is asked again quietly for as long as the attempt runs", { timeout: 20_000 }, async (status, message) => {
    const api = await FakeLogApi.start();
    const until3s = performance.now() + 3_000;
    api.intercept = (_url, response) => performance.now() < until3s && refuse(response, status, message);
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("init");
    streams.update(api.pod);
    api.log("init", "first");
    await until(() => lines.length === 1, 12_000);
    api.log("init", "second");
    await until(() => lines.length === 2);
    expect(lines).toEqual(["init | first", "init | second"]);
    expect(api.requests.length).toBeLessThan(16);
  });

  test("is not taken for the end of a log that was read in part either", { timeout: 20_000 }, async () => {
    const { api, streams, lines } = await firstLineShown();
    let refusals = 0;
    api.intercept = (_url, response) => refusals < 3 && refuse(response, [404, 403, 400][refusals++] ?? 400, "not now");
    api.cut();
    api.log("init", "second");
    await until(() => lines.length === 2, 8_000);
    api.endAttempt("init", 0);
    streams.update(api.pod);
    await streams.end();
    expect(lines).toEqual(["init | first", "init | second"]);
  });

  test("of an attempt that has ended is asked again a few times, and then it is said that the log is gone", async () => {
    const api = await FakeLogApi.start();
    api.intercept = (_url, response) => refuse(response, 404, "not found");
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("init");
    api.endAttempt("init", 1);
    streams.update(api.pod);
    await until(() => lines.length === 1, 8_000);
    expect(lines).toEqual(["init | (the log of attempt 1 is gone)"]);
    expect(api.requests.length).toBeGreaterThan(2);
  });

  test("of an attempt that has ended is borne for seconds at the end of an `up`, and its lines are shown", async () => {
    const { api, streams, lines } = await endedAttempt();
    const fromMs = performance.now();
    api.intercept = (_url, response) => performance.now() - fromMs < 2_500 && refuse(response, 400, "not now");
    streams.update(api.pod);
    await streams.end();
    expect(lines).toEqual(["init | said"]);
  });

  test("that falls silent after its first line is asked for what is left", async () => {
    const { api, streams, lines } = await endedAttempt();
    api.log("init", "more");
    let asked = 0;
    api.intercept = (_url, response) => {
      if (++asked === 1) stallAfterOneLine(response);
      return false;
    };
    streams.update(api.pod);
    await streams.end();
    expect(lines).toEqual(["init | said", "init | more"]);
  });

  test("of a node that does not answer for long is named in the place of the lines", { timeout: 20_000 }, async () => {
    const { api, streams, lines } = await endedAttempt();
    api.intercept = (_url, response) => refuse(response, 502, "error dialing backend");
    streams.update(api.pod);
    await streams.end();
    expect(lines).toEqual([
      expect.stringMatching(/^init \| \(this attempt's log could not be read: .*error dialing backend.*\)$/),
    ]);
  });

  test("that never comes is told of at the end", { timeout: 20_000 }, async () => {
    const { api, streams, lines } = await endedAttempt();
    api.intercept = () => true;
    streams.update(api.pod);
    await streams.end();
    streams.close();
    expect(lines).toEqual(["init | (this attempt's log could not be read: no answer in time)"]);
  });

  test("is not waited for where the next attempt runs by the end, of which nothing is said either", async () => {
    const { api, streams, lines } = await endedAttempt();
    streams.update(api.pod);
    api.startAttempt("init");
    api.log("init", "again");
    streams.update(api.pod);
    await until(() => lines.length === 2);
    const fromMs = performance.now();
    await streams.end();
    expect(performance.now() - fromMs).toBeLessThan(1_000);
    expect(lines).toEqual(["init | said", "init (attempt 2) | again"]);
    streams.close();
  });

  test("that says when to ask again is taken at its word", async () => {
    const api = await FakeLogApi.start();
    const at: number[] = [];
    api.intercept = (_url, response) =>
      at.push(performance.now()) === 1 && refuse(response, 429, "too many requests", { "retry-after": "2" });
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("init");
    api.log("init", "first");
    streams.update(api.pod);
    await until(() => lines.length === 1, 8_000);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(1_950);
  });

  test("is none of the last lines that are kept", async () => {
    const api = await FakeLogApi.start();
    api.startAttempt("init");
    api.log("init", "kept");
    api.endAttempt("init", 0);
    let refusals = 0;
    api.intercept = (_url, response) => refusals < 2 && refuse(response, [400, 503][refusals++] ?? 503, "not now");
    const settings = { client: await api.client(), namespace: "shop", podName: "web", mask: (text: string) => text };
    expect((await initLogs(settings, api.pod))[0]?.log).toEqual(["kept"]);
  });
});

describe("a followed log that goes silent over a connection that lives", () => {
  test("is asked for again from its last line on, and no line is lost or doubled", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api, [], 300);
    api.startAttempt("init");
    const held: ServerResponse[] = [];
    api.intercept = (url, response) => {
      if (held.length > 0 || url.searchParams.get("follow") !== "true") return false;
      held.push(response);
      response.write(`${stamp} first\n`);
      return true;
    };
    streams.update(api.pod);
    await until(() => lines.length === 1);
    api.log("init", "second", 1_000);
    await until(() => lines.length === 2);
    api.log("init", "third");
    await until(() => lines.length === 3);
    expect(lines).toEqual(["init | first", "init | second", "init | third"]);
  });

  test("costs few requests where its container says nothing", async () => {
    const api = await FakeLogApi.start();
    const { streams } = await streamsOf(api, [], 300);
    api.startAttempt("init");
    streams.update(api.pod);
    await sleep(2_000);
    expect(api.requests.length).toBeGreaterThan(1);
    expect(api.requests.length).toBeLessThanOrEqual(5);
  });
});

describe("what the node says in the place of a line", () => {
  const watcher = "failed to create fsnotify watcher: too many open files";

  test(
    "is told as such, once, with what may help, and the container's own lines go on",
    { timeout: 20_000 },
    async () => {
      const api = await FakeLogApi.start();
      const { streams, lines } = await streamsOf(api);
      api.startAttempt("init");
      api.log("init", "first");
      let follows = 0;
      api.intercept = (url, response) => {
        if (url.searchParams.get("follow") !== "true") return false;
        follows++;
        const since = url.searchParams.get("sinceTime");
        if (since === null) response.write("2026-01-01T00:00:00.001000000Z first\n");
        else response.write("2026-01-01T00:00:00.001000000Z first\n2026-01-01T00:00:00.002000000Z second\n");
        response.end(watcher);
        return true;
      };
      streams.update(api.pod);
      await until(() => follows >= 3, 12_000);
      api.endAttempt("init", 0);
      api.intercept = () => false;
      streams.update(api.pod);
      await streams.end();
      expect(lines).toEqual([
        "init | first",
        expect.stringMatching(/^init \| \(the node says: failed to create fsnotify watcher: .*max_user_instances/),
        "init | second",
      ]);
    },
  );

  test("is none of the last lines that are kept, and is the answer where there is no other", async () => {
    const api = await FakeLogApi.start();
    api.startAttempt("init");
    api.endAttempt("init", 0);
    const client = await api.client();
    let body = `${stamp} own\n${watcher}`;
    api.intercept = (_url, response) => {
      response.end(body);
      return true;
    };
    const settings = {
      client,
      namespace: "shop",
      podName: "web",
      mask: (text: string) => text.replaceAll("s3cret", "*"),
    };
    expect((await initLogs(settings, api.pod))[0]?.log).toEqual(["own"]);
    body = "failed to open s3cret";
    expect((await initLogs(settings, api.pod))[0]?.log).toEqual([
      "(this log could not be read: the node says: failed to open *)",
    ]);
    const source = { namespace: "shop", pod: "web", container: "init" };
    expect((await readTail(client, source, settings.mask)).lines).toEqual([]);
  });

  test("is not what a line begins with that breaks off, and that line comes whole", { timeout: 20_000 }, async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("init");
    api.log("init", "first line");
    api.log("init", "second line");
    const parts = [
      "2026-01-0",
      "2026-01-01T00:00:00.001000000Z first",
      "2026-01-01T00:00:00.001000000Z first line\n20",
    ];
    api.intercept = (url, response) => {
      const part = url.searchParams.get("follow") === "true" ? parts.shift() : undefined;
      if (part === undefined) return false;
      response.end(part);
      return true;
    };
    streams.update(api.pod);
    await until(() => lines.length === 2, 15_000);
    expect(lines).toEqual(["init | first line", "init | second line"]);
  });
});

test("an attempt that is shown as running again after all is read on", async () => {
  const { api, streams, lines } = await firstLineShown();
  const running = api.pod;
  const flapping = structuredClone(running);
  const status = flapping.status?.initContainerStatuses?.[0];
  if (status) status.state = { terminated: { exitCode: 1, containerID: status.containerID } };
  streams.update(flapping);
  await streams.end();
  streams.update(running);
  api.log("init", "second");
  await until(() => lines.length === 2);
  expect(lines).toEqual(["init | first", "init | second"]);
});

async function endedAttempt(): Promise<{ api: FakeLogApi; streams: LogStreams; lines: string[] }> {
  const api = await FakeLogApi.start();
  const { streams, lines } = await streamsOf(api);
  api.startAttempt("init");
  api.log("init", "said");
  api.endAttempt("init", 0);
  return { api, streams, lines };
}

function stallAfterOneLine(response: ServerResponse): void {
  const write = response.write.bind(response) as (text: string) => boolean;
  response.write = (text: string) => write(text.slice(0, text.indexOf("\n") + 1));
  response.end = () => response;
}
