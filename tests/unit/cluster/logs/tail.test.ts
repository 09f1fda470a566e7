import { describe, expect, test } from "vitest";
import { readTail, type Tail } from "../../../../components/cluster/logs/tail.ts";
import { masker } from "../../../../components/text/mask.ts";
import { FakeLogApi } from "./fakeLogApi";

const source = { namespace: "shop", pod: "web", container: "init" };

async function tailOf(api: FakeLogApi, previous = false, secrets: string[] = []): Promise<Tail> {
  return await readTail(await api.client(), { ...source, previous }, masker(secrets));
}

describe("the last lines of a log", () => {
  test("are at most 20, and it is said that there were more", async () => {
    const api = await FakeLogApi.start();
    api.startAttempt("init");
    for (let line = 1; line <= 20; line++) api.log("init", `line ${line}`);
    expect(await tailOf(api)).toEqual({
      lines: Array.from({ length: 20 }, (_, at) => `line ${at + 1}`),
      truncated: false,
    });
    api.log("init", "line 21");
    const { lines, truncated } = await tailOf(api);
    expect(lines).toHaveLength(20);
    expect(lines.at(-1)).toBe("line 21");
    expect(truncated).toBe(true);
  });

  test("are those of the attempt before, where that is asked for", async () => {
    const api = await FakeLogApi.start();
    api.startAttempt("init");
    api.log("init", "first");
    api.endAttempt("init", 1);
    api.startAttempt("init");
    api.log("init", "second");
    expect((await tailOf(api, true)).lines).toEqual(["first"]);
    expect((await tailOf(api)).lines).toEqual(["second"]);
  });

  test("hold no secret, be it in two chunks, and no escape sequence", async () => {
    const api = await FakeLogApi.start();
    api.intercept = (_, response) => {
      response.write("2026-01-01T00:00:00.000000001Z \u001b[31mtoken=s3cr3t");
      setTimeout(() => response.end("-value\u001b[0m\n"), 50);
      return true;
    };
    expect((await tailOf(api, false, ["s3cr3t-value"])).lines).toEqual(["token=[secret]"]);
  });

  test("are none where the log is gone, be it told by a status or by kubelet in the place of its lines", async () => {
    const api = await FakeLogApi.start();
    expect(await tailOf(api)).toEqual({ lines: [], truncated: false, gone: true });
    api.startAttempt("init");
    api.removeLogs("init");
    expect(await tailOf(api)).toEqual({ lines: [], truncated: false, gone: true });
  });

  test("say so where they may not be read", async () => {
    const api = await FakeLogApi.start();
    api.intercept = (_, response) => {
      response.writeHead(403).end(JSON.stringify({ message: "pods is forbidden" }));
      return true;
    };
    expect((await tailOf(api)).lines).toEqual(["(no right to read this log: pods is forbidden)"]);
  });
});
