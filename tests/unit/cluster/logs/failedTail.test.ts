import { describe, expect, test } from "vitest";
import { failedTail } from "../../../../components/cluster/logs/finalLogs.ts";
import type { RawLine } from "../../../../components/cluster/logs/lines.ts";
import type { Pod } from "../../../../components/cluster/pods/pod.ts";
import { FakeLogApi } from "./fakeLogApi";

/** A server with the logs of `init`, that shows the Pod as it is, or as `shown` says. */
async function failing() {
  const api = await FakeLogApi.start();
  const shown: { pod?: Pod } = {};
  const intercepts = { log: (): void => undefined };
  api.intercept = (url, response) => {
    if (!url.pathname.endsWith("/log")) {
      response.end(JSON.stringify(shown.pod ?? api.pod));
      return true;
    }
    intercepts.log();
    return false;
  };
  const attempt = (number: number, exitCode?: number): void => {
    api.startAttempt("init");
    api.log("init", `attempt ${number} line 1`, 5_000);
    api.log("init", `attempt ${number} line 2`);
    if (exitCode !== undefined) api.endAttempt("init", exitCode);
  };
  const client = await api.client();
  const settings = {
    client,
    namespace: "shop",
    podName: "web",
    mask: (text: string) => text.replaceAll("s3cret", "*"),
  };
  const tailOf = async (pod: Pod, live: readonly RawLine[] = []) =>
    (await failedTail(settings, pod, "init", () => live)).lines;
  return { api, shown, intercepts, attempt, tailOf };
}

const lines = (number: number): string[] => [`attempt ${number} line 1`, `attempt ${number} line 2`];

const live = (...texts: [second: string, text: string][]): RawLine[] =>
  texts.map(([second, text]) => ({ stamp: `2026-01-01T00:00:${second}000000Z`, text, dropped: 0 }));

describe("the last lines of the attempt that failed", () => {
  test.each([1, 2, 3])("are its own where kubelet runs the next one, which no status shows yet: %i", async (failed) => {
    const { api, shown, attempt, tailOf } = await failing();
    for (let number = 1; number <= failed; number++) attempt(number, 1);
    const pod = api.pod;
    const ended = pod.status?.initContainerStatuses?.[0]?.state?.terminated;
    if (ended) ended.startedAt = new Date(Date.parse("2026-01-01T00:00:00Z") + failed * 5_000).toISOString();
    shown.pod = pod;
    attempt(failed + 1);
    expect(await tailOf(pod)).toEqual(lines(failed));
  });

  test("are its own where the next one starts while its log is asked for", async () => {
    const { api, intercepts, attempt, tailOf } = await failing();
    attempt(1, 1);
    const pod = api.pod;
    intercepts.log = () => {
      intercepts.log = () => undefined;
      attempt(2);
    };
    expect(await tailOf(pod)).toEqual(lines(1));
  });

  test("are its own where it waits to start again, and where the next one runs by the status", async () => {
    const { api, attempt, tailOf } = await failing();
    attempt(1, 1);
    api.backOff("init");
    expect(await tailOf(api.pod)).toEqual(lines(1));
    attempt(2);
    expect(await tailOf(api.pod)).toEqual(lines(1));
  });

  test("are those that were followed where two others have come since, and none of theirs", async () => {
    const { api, attempt, tailOf } = await failing();
    attempt(1, 1);
    const pod = api.pod;
    attempt(2, 1);
    attempt(3);
    const followed = live(["05.000", "attempt 1 line 1"], ["05.001", "with s3cret"]);
    expect(await tailOf(pod, followed)).toEqual(["attempt 1 line 1", "with *"]);
    expect(await tailOf(pod)).toEqual([]);
  });

  test("have what was followed beyond what is read, but nothing of what was followed of another attempt", async () => {
    const { api, attempt, tailOf } = await failing();
    attempt(1, 1);
    const pod = api.pod;
    const own = live(["05.000", "attempt 1 line 1"], ["05.001", "attempt 1 line 2"], ["05.400", "the very last"]);
    expect(await tailOf(pod, own)).toEqual([...lines(1), "the very last"]);
    expect(await tailOf(pod, live(["09.000", "attempt 2 line 1"]))).toEqual(lines(1));
  });

  test("are those that were followed where the API server gives no log", async () => {
    const { api, attempt, tailOf } = await failing();
    attempt(1, 1);
    const pod = api.pod;
    api.intercept = (_url, response) => {
      response.writeHead(500).end("{}");
      return true;
    };
    expect(await tailOf(pod, live(["05.000", "followed"]))).toEqual(["followed"]);
  });

  test.each([
    ["says that it is gone", "unable to retrieve container logs for containerd://init-1"],
    ["is empty, as after a rotation", ""],
  ])("are those that were followed where the log %s", async (_what, log) => {
    const { api, attempt, tailOf } = await failing();
    attempt(1, 1);
    const pod = api.pod;
    const { intercept } = api;
    api.intercept = (url, response) => {
      if (!url.pathname.endsWith("/log")) return intercept(url, response);
      response.end(log);
      return true;
    };
    expect(await tailOf(pod, live(["05.000", "followed"]))).toEqual(["followed"]);
  });
});
