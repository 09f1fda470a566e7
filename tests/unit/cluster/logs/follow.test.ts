import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { LogStreams } from "../../../../components/cluster/logs/follow.ts";
import { masker } from "../../../../components/text/mask.ts";
import { until } from "../../forward/helpers";
import { FakeLogApi } from "./fakeLogApi";

async function streamsOf(api: FakeLogApi, secrets: string[] = []): Promise<{ streams: LogStreams; lines: string[] }> {
  const lines: string[] = [];
  const streams = new LogStreams({
    client: await api.client(),
    namespace: "shop",
    podName: "web",
    mask: masker(secrets),
    report: (line) => lines.push(line),
  });
  onTestFinished(() => streams.close());
  return { streams, lines };
}

describe("the live logs of init containers", () => {
  test("come as they are logged, with the container's name", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("one");
    streams.update(api.pod);
    api.log("one", "first");
    await until(() => lines.length === 1);
    api.log("one", "second");
    await until(() => lines.length === 2);
    api.endAttempt("one", 0);
    api.startAttempt("two");
    api.log("two", "third");
    api.endAttempt("two", 0);
    streams.update(api.pod);
    await streams.end();
    expect(lines).toEqual(["one | first", "one | second", "two | third"]);
  });

  test("of one container come after those of the one before it, though they were asked for together", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    for (const container of ["one", "two", "three"]) {
      api.startAttempt(container);
      for (let line = 0; line < 50; line++) api.log(container, `line ${line}`);
      api.endAttempt(container, 0);
    }
    streams.update(api.pod);
    await streams.end();
    expect(lines).toEqual(
      ["one", "two", "three"].flatMap((name) => Array.from({ length: 50 }, (_, at) => `${name} | line ${at}`)),
    );
  });

  test("of a restartable init container come beside those of the others, and nobody waits for their end", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    api.restartable.add("proxy");
    api.startAttempt("proxy");
    api.log("proxy", "listens");
    api.startAttempt("ask");
    streams.update(api.pod);
    api.log("ask", "asked");
    await until(() => lines.length === 2);
    api.log("proxy", "answered");
    api.endAttempt("ask", 0);
    await until(() => lines.length === 3);
    streams.update(api.pod);
    const before = performance.now();
    await streams.end();
    expect(performance.now() - before).toBeLessThan(1_000);
    expect([...lines].sort()).toEqual(["ask | asked", "proxy | answered", "proxy | listens"]);
  });

  test("end when they are closed: nothing is read or shown any more", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("init");
    streams.update(api.pod);
    api.log("init", "shown");
    await until(() => lines.length === 1);
    streams.close();
    await until(() => api.connections === 0);
    api.log("init", "not shown");
    await streams.end();
    expect(lines).toEqual(["init | shown"]);
  });

  test("go on after a cut without a line lost or doubled, also within one second and with equal times", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("init");
    streams.update(api.pod);
    for (let line = 0; line < 200; line++) {
      api.log("init", `line ${line}`, line % 3);
      if (line % 40 === 0) {
        await until(() => lines.length === line + 1);
        api.cut();
        api.log("init", `missed ${line}`, 0);
        await until(() => lines.length === line + 2);
        lines.pop();
      }
    }
    api.endAttempt("init", 0);
    streams.update(api.pod);
    await streams.end();
    expect(lines).toEqual(Array.from({ length: 200 }, (_, at) => `init | line ${at}`));
  });

  test("keep lines whose times go back by a little, as those of two streams do", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("init");
    api.log("init", "one", 5);
    api.log("init", "two", -2);
    api.log("init", "three", 5);
    api.endAttempt("init", 0);
    streams.update(api.pod);
    await streams.end();
    expect(lines).toEqual(["init | one", "init | two", "init | three"]);
  });

  test("of the next attempt are not taken for those of one whose end is not known yet", async () => {
    const { api, streams, lines } = await firstLineShown();
    api.endAttempt("init", 1);
    api.startAttempt("init");
    api.log("init", "second");
    // As long as kubelet may take to report it.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    streams.update(api.pod);
    api.endAttempt("init", 0);
    streams.update(api.pod);
    await streams.end();
    expect(lines).toEqual(["init | first", "init (attempt 2) | second"]);
  });

  test("go on in the new file where a follow ends at a log's rotation", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("init");
    streams.update(api.pod);
    api.log("init", "old file");
    await until(() => lines.length === 1);
    api.rotate("init");
    api.log("init", "new file");
    await until(() => lines.length === 2);
    api.endAttempt("init", 0);
    streams.update(api.pod);
    await streams.end();
    expect(lines).toEqual(["init | old file", "init | new file"]);
  });

  test("show each attempt once and in order, also of one that crashes faster than it is looked at", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    for (let attempt = 1; attempt <= 5; attempt++) {
      api.startAttempt("init");
      streams.update(api.pod);
      api.log("init", `try ${attempt}`);
      if (attempt === 3) await until(() => lines.length === 3);
      api.endAttempt("init", 1);
      streams.update(api.pod);
      if (attempt % 2 === 0) {
        api.backOff("init");
        streams.update(api.pod);
      }
      await until(() => lines.length === attempt);
    }
    await streams.end();
    expect(lines).toEqual([
      "init | try 1",
      "init (attempt 2) | try 2",
      "init (attempt 3) | try 3",
      "init (attempt 4) | try 4",
      "init (attempt 5) | try 5",
    ]);
  });

  test.each(["terminated", "running"])(
    "of the next attempt are not taken for those of one that is still shown as %s, and its own last ones are not lost",
    async (shownAs) => {
      const { api, streams, lines } = await firstLineShown();
      const running = api.pod;
      api.cut();
      api.log("init", "last of first");
      api.endAttempt("init", 1);
      const late = shownAs === "running" ? running : api.pod;
      api.startAttempt("init");
      api.log("init", "second");
      streams.update(late);
      await until(() => lines.length === 2);
      streams.update(api.pod);
      await until(() => lines.length === 3);
      api.endAttempt("init", 0);
      streams.update(api.pod);
      await streams.end();
      expect(lines).toEqual(["init | first", "init | last of first", "init (attempt 2) | second"]);
    },
  );

  test("of the next attempt are not taken for the earlier one's where the question whose they are is cut", async () => {
    const { api, streams, lines } = await firstLineShown();
    api.endAttempt("init", 1);
    const late = api.pod;
    api.startAttempt("init");
    api.log("init", "second");
    let cuts = 0;
    api.intercept = (url, response) => {
      if (!url.searchParams.has("previous") || cuts > 0) return false;
      cuts++;
      response.destroy();
      return true;
    };
    streams.update(late);
    await until(() => cuts === 1);
    await new Promise((resolve) => setTimeout(resolve, 500));
    streams.update(api.pod);
    await until(() => lines.length === 2);
    api.endAttempt("init", 0);
    streams.update(api.pod);
    await streams.end();
    expect(lines).toEqual(["init | first", "init (attempt 2) | second"]);
  });

  test("miss nothing where a request for one attempt meets the next one already", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("init");
    const early = api.pod;
    api.log("init", "try 1");
    api.endAttempt("init", 1);
    api.startAttempt("init");
    api.log("init", "try 2");
    streams.update(early);
    await until(() => lines.length === 1);
    streams.update(api.pod);
    api.log("init", "more of try 2");
    api.endAttempt("init", 1);
    streams.update(api.pod);
    await until(() => lines.length === 3);
    await streams.end();
    expect(lines.map((line) => line.split(" | ")[1]).sort()).toEqual(["more of try 2", "try 1", "try 2"]);
  });

  test("miss nothing either where the question whose they are is cut then", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("init");
    const early = api.pod;
    api.log("init", "try 1");
    api.endAttempt("init", 1);
    api.startAttempt("init");
    api.log("init", "try 2");
    streams.update(early);
    await until(() => lines.length === 1);
    let cuts = 0;
    api.intercept = (url, response) => {
      if (!url.searchParams.has("previous") || cuts > 0) return false;
      cuts++;
      response.destroy();
      return true;
    };
    streams.update(api.pod);
    await until(() => lines.length === 2);
    expect(cuts).toBe(1);
    expect(lines.map((line) => line.split(" | ")[1])).toEqual(["try 2", "try 1"]);
  });

  test("of the next attempt, met by a request for the one before, are named as soon as that is known", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("init");
    const early = api.pod;
    api.log("init", "try 1");
    api.endAttempt("init", 1);
    api.startAttempt("init");
    let count = 0;
    // Without the silence in which the request would end by itself.
    const timer = setInterval(() => api.log("init", `line ${++count}`), 1);
    onTestFinished(() => clearInterval(timer));
    streams.update(early);
    await until(() => lines.length >= 2);
    streams.update(api.pod);
    await until(() => lines.some((line) => line.startsWith("init (attempt 2) | line")));
    clearInterval(timer);
    api.endAttempt("init", 0);
    streams.update(api.pod);
    await streams.end();
    expect(lines).toContain("init | try 1");
    expect(lines.map((line) => line.split(" | ")[1]).filter((line) => line !== "try 1")).toEqual(
      Array.from({ length: count }, (_, at) => `line ${at + 1}`),
    );
  });

  test("cost one request for each container that has ended already", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    for (const container of ["one", "two"]) {
      api.startAttempt(container);
      api.log(container, "done");
      api.endAttempt(container, 0);
    }
    streams.update(api.pod);
    await streams.end();
    expect(lines).toEqual(["one | done", "two | done"]);
    expect(api.requests).toHaveLength(2);
  });

  test("of a container that ends while it is followed cost one more request, and none for an earlier attempt", async () => {
    const { api, streams, lines } = await firstLineShown();
    api.log("init", "last");
    await until(() => lines.length === 2);
    api.endAttempt("init", 0);
    streams.update(api.pod);
    await streams.end();
    expect(lines).toEqual(["init | first", "init | last"]);
    expect(api.requests.map(isForPrevious)).toEqual([false, false]);
  });

  test("of a container that fails once cost one request more than its attempts take: whose the first one's log was", async () => {
    const { api, streams, lines } = await firstLineShown();
    api.endAttempt("init", 1);
    streams.update(api.pod);
    await streams.end();
    api.startAttempt("init");
    streams.update(api.pod);
    api.log("init", "second");
    await until(() => lines.length === 2);
    api.endAttempt("init", 0);
    streams.update(api.pod);
    await streams.end();
    expect(lines).toEqual(["init | first", "init (attempt 2) | second"]);
    expect(api.requests.map(isForPrevious)).toEqual([false, false, true, false, false]);
  });

  test("start with the attempt before the current one where the watch begins late, and say what is gone", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    for (let attempt = 1; attempt <= 5; attempt++) {
      api.startAttempt("init");
      api.log("init", `try ${attempt}`);
      if (attempt < 5) api.endAttempt("init", 1);
    }
    streams.update(api.pod);
    await until(() => lines.length === 3);
    expect(lines).toEqual([
      "init | (the logs of attempts 1 to 3 are gone)",
      "init (attempt 4) | try 4",
      "init (attempt 5) | try 5",
    ]);
  });

  test("show the log of a container that waits to start again once, though it is both current and previous", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("init");
    api.log("init", "try 1");
    api.endAttempt("init", 1);
    api.backOff("init");
    streams.update(api.pod);
    await streams.end();
    api.startAttempt("init");
    streams.update(api.pod);
    api.log("init", "try 2");
    await until(() => lines.length === 2);
    expect(lines).toEqual(["init | try 1", "init (attempt 2) | try 2"]);
  });

  test("say of an attempt whose log was removed that it is gone", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("init");
    api.log("init", "lost");
    api.endAttempt("init", 1);
    api.removeLogs("init");
    streams.update(api.pod);
    await streams.end();
    expect(lines).toEqual(["init | (the log of attempt 1 is gone)"]);
  });

  test("say once that they may not be read", async () => {
    const api = await FakeLogApi.start();
    api.intercept = (_, response) => {
      response.writeHead(403).end(JSON.stringify({ message: "forbidden" }));
      return true;
    };
    const { streams, lines } = await streamsOf(api);
    for (const container of ["one", "two"]) {
      api.startAttempt(container);
      api.endAttempt(container, 0);
    }
    streams.update(api.pod);
    await streams.end();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("pods/log");
  });

  test(
    "wait a moment, and no longer, for a follow that doesn't end with its container",
    { timeout: 10_000 },
    async () => {
      const api = await FakeLogApi.start();
      api.followsNeverEnd = true;
      const { streams, lines } = await streamsOf(api);
      api.startAttempt("init");
      streams.update(api.pod);
      api.log("init", "try 1");
      await until(() => lines.length === 1);
      api.endAttempt("init", 1);
      api.startAttempt("init");
      api.log("init", "try 2");
      streams.update(api.pod);
      await until(() => lines.length === 2, 4_000);
      expect(lines[1]).toBe("init (attempt 2) | try 2");
    },
  );

  test("are asked for again until the API server is back, and not in a busy loop", async () => {
    const api = await FakeLogApi.start();
    let refusals = 0;
    api.intercept = (_, response) => {
      if (refusals === 3) return false;
      refusals++;
      response.destroy();
      return true;
    };
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("init");
    api.log("init", "here");
    streams.update(api.pod);
    await until(() => lines.length === 1);
    expect(api.requests.length).toBe(4);
  });

  test("mask secrets that come in pieces and leave out escape sequences", async () => {
    const api = await FakeLogApi.start();
    api.intercept = (_, response) => {
      const bytes = Buffer.from("2026-01-01T00:00:00.000000001Z \u001b]0;x\u0007the s3cr3t-välue\u001b[2J\n");
      void (async () => {
        for (const byte of bytes) {
          response.write(Buffer.from([byte]));
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        response.end();
      })();
      return true;
    };
    const { streams, lines } = await streamsOf(api, ["s3cr3t-välue"]);
    api.startAttempt("init");
    api.endAttempt("init", 0);
    streams.update(api.pod);
    await streams.end();
    expect(lines).toEqual(["init | the [secret]"]);
  });
});

describe("a flood of log", () => {
  test("is cut with a word, and its end is shown", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("init");
    for (let line = 1; line <= 10_000; line++) api.log("init", `line ${line}`);
    api.endAttempt("init", 0);
    streams.update(api.pod);
    await streams.end();
    expect(lines[499]).toBe("init | line 500");
    expect(lines.slice(500)).toEqual([
      "init | … more lines are not shown live",
      "init | … 9,490 lines are not shown",
      ...Array.from({ length: 10 }, (_, at) => `init | line ${9991 + at}`),
    ]);
  });

  test("that goes on after its attempt has ended holds the next container up for a moment alone", async () => {
    const api = await FakeLogApi.start();
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("flood");
    for (let line = 1; line <= 600; line++) api.log("flood", `line ${line}`);
    api.endAttempt("flood", 0);
    api.startAttempt("next");
    api.log("next", "here");
    api.endAttempt("next", 0);
    api.intercept = (url, response) => {
      if (url.searchParams.get("container") !== "flood" || url.searchParams.has("tailLines")) return false;
      const line = "2026-01-01T00:00:00.000000001Z again\n".repeat(600);
      const timer = setInterval(() => response.write(line), 20);
      response.on("close", () => clearInterval(timer));
      return true;
    };
    streams.update(api.pod);
    await streams.end();
    expect(lines[501]).toMatch(/^flood \| … more than [\d,]+ lines are not shown$/);
    expect(lines.slice(502)).toEqual([
      ...Array.from({ length: 10 }, (_, at) => `flood | line ${591 + at}`),
      "next | here",
    ]);
  });

  const mebibyte = 1024 * 1024;

  test.each([
    ["of short lines", Buffer.from(`2026-01-01T00:00:00.000000001Z ${"x".repeat(90)}\n`.repeat(8_000))],
    ["without a line end", Buffer.alloc(mebibyte, "x")],
  ])("%s costs bounded memory, and is not read to its end", { timeout: 20_000 }, async (_, chunk) => {
    const api = await FakeLogApi.start();
    let sent = 0;
    const most = 1024 * mebibyte;
    const flood = async (response: ServerResponse): Promise<void> => {
      const closed = once(response, "close");
      response.write("2026-01-01T00:00:00.000000001Z ");
      while (sent < most && !response.destroyed) {
        sent += chunk.length;
        if (!response.write(chunk)) await Promise.race([once(response, "drain"), closed]);
      }
      response.end("\n");
    };
    api.intercept = (_url, response) => {
      void flood(response);
      return true;
    };
    const { streams, lines } = await streamsOf(api);
    api.startAttempt("init");
    const before = process.memoryUsage().rss;
    let peak = before;
    const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
    streams.update(api.pod);
    await until(() => (sent > 0 && api.connections === 0) || sent >= most, 15_000);
    clearInterval(timer);
    api.intercept = () => false;
    api.log("init", "the end");
    api.endAttempt("init", 0);
    streams.update(api.pod);
    await streams.end();
    expect(lines.at(-2)).toMatch(/^init \| … (more than [\d,]+ lines are|the rest is) not shown$/);
    expect(lines.at(-1)).toBe("init | the end");
    expect((peak - before) / mebibyte).toBeLessThan(150);
    expect(lines.length).toBeLessThan(520);
    expect(sent / mebibyte).toBeLessThan(1024);
  });
});

function isForPrevious(request: string): boolean {
  return request.includes("previous=true");
}

/** One attempt, whose line `first` was shown. */
async function firstLineShown() {
  const api = await FakeLogApi.start();
  const { streams, lines } = await streamsOf(api);
  api.startAttempt("init");
  streams.update(api.pod);
  api.log("init", "first");
  await until(() => lines.length === 1);
  return { api, streams, lines };
}
