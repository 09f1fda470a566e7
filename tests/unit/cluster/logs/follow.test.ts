import { describe, expect, test } from "vitest";
import { until } from "../../forward/helpers";
import { FakeLogApi } from "./fakeLogApi";
import { firstLineShown, streamsOf } from "./followed.ts";

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
