import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { until } from "../../forward/helpers";
import { FakeLogApi } from "./fakeLogApi";
import { streamsOf } from "./followed.ts";

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
