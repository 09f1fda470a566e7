import { describe, expect, onTestFinished, test } from "vitest";
import { until } from "../../forward/helpers";
import { FakeLogApi } from "./fakeLogApi";
import { firstLineShown, isForPrevious, streamsOf } from "./followed.ts";

describe("the live logs of the attempts of an init container", () => {
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
});
