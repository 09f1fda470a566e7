import { connect } from "node:net";
import { expect, test } from "vitest";
import { type ForwardRecord, readRecord } from "../../../../components/forward/state/record.ts";
import { fakeApi, requestFor, runDaemon, tcpApp, temporaryFolder, until } from "../helpers";

/** Answers half and resets, each time but where `isWell` says so. */
async function forwarding(refusesSpdy: boolean, isWell: () => boolean) {
  const appPort = await tcpApp((socket) => {
    socket
      .on("error", () => undefined)
      .once("data", () => {
        if (isWell()) socket.end("whole");
        else socket.write("half", () => setTimeout(() => socket.resetAndDestroy(), 50));
      });
  });
  const folder = temporaryFolder();
  const api = await fakeApi();
  api.refusesSpdy = refusesSpdy;
  api.setPod({ name: "web-1", uid: "uid-1", labels: { app: "web" }, ready: true, appPort });
  const request = await requestFor(api, { protocol: "tcp" });
  const { key } = runDaemon(folder, request);
  await until(() => readRecord(folder, key)?.pod !== undefined);
  const failure = (): ForwardRecord["failure"] => readRecord(folder, key)?.failure;
  return { port: request.localPort, failure };
}

/** What came of a question, and how it ended. */
async function asked(port: number): Promise<{ text: string; error?: string }> {
  return await new Promise((resolve) => {
    let text = "";
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.write("question"));
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.on("error", ({ message }) => resolve({ text, error: message }));
    socket.on("end", () => resolve({ text }));
  });
}

test.each([
  ["SPDY", false],
  ["a WebSocket", true],
])("an answer that breaks off over %s is told until the next one that does not", async (_way, refusesSpdy) => {
  let isWell = false;
  const { port, failure } = await forwarding(refusesSpdy, () => isWell);
  expect(await asked(port)).toMatchObject({ text: "half", error: expect.stringContaining("ECONNRESET") as string });
  await until(() => failure() !== undefined);
  expect(failure()).toMatchObject({ podUid: "uid-1", final: false });
  expect(failure()?.message).toMatch(/^An answer of Pod web-1 broke off: .*ECONNRESET/);
  isWell = true;
  expect((await asked(port)).text).toBe("whole");
  await until(() => failure() === undefined);
});
