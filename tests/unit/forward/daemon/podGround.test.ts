import { request as httpRequest } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { readRecord } from "../../../../components/forward/state/record.ts";
import { delay } from "../../../../components/time/delay.ts";
import type { FakePod } from "../fakeApi";
import { ask, fakeApi, httpApp, requestFor, runDaemon, tcpApp, temporaryFolder, until } from "../helpers";

const running = (...ids: string[]): FakePod["containers"] => ids.map((id) => ({ id, ready: true }));

/** A forward to a Pod whose app does as `serve` says with what it is asked. */
async function forwarding(serve: (socket: Socket) => void, refusesSpdy = false) {
  let asked = 0;
  const appPort = await tcpApp((socket) => {
    socket
      .on("error", () => undefined)
      .on("data", () => {
        asked++;
        serve(socket);
      });
  });
  const folder = temporaryFolder();
  const api = await fakeApi();
  api.refusesSpdy = refusesSpdy;
  const pod: FakePod = { name: "web-1", uid: "uid-1", labels: { app: "web" }, ready: true, appPort };
  api.setPod({ ...pod, containers: running("a") });
  const request = await requestFor(api);
  const { key } = runDaemon(folder, request, { hold: 1_000 });
  await until(() => readRecord(folder, key)?.pod !== undefined);
  const isAsked = async (): Promise<void> => await until(() => asked === 1);
  return { api, pod, port: request.localPort, isAsked };
}

const silent = (): undefined => undefined;
const begun = (socket: Socket): boolean => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun");
const anew = (): Promise<number> => httpApp((_request, response) => response.end("anew"));

/** What came of a request that changes something. */
async function posted(port: number): Promise<string> {
  return await new Promise((resolve) => {
    const outgoing = httpRequest({ host: "127.0.0.1", port, method: "POST", agent: false }, () => resolve("answered"));
    outgoing.on("error", ({ message }) => resolve(message)).end("change");
  });
}

describe("as soon as the sandbox of a Pod is seen to have died", () => {
  test.each([
    ["SPDY", false],
    ["a WebSocket", true],
  ])("a request that has no answer is made again, over %s", async (_way, refusesSpdy) => {
    const { api, pod, port, isAsked } = await forwarding(silent, refusesSpdy);
    const answer = ask(port);
    await isAsked();
    api.setPod({ ...pod, ready: false, containers: [] });
    await delay(200);
    api.setPod({ ...pod, appPort: await anew(), containers: running("b") });
    expect((await answer).body).toBe("anew");
  });

  test("a request says what the Pod does where it does not come back soon", async () => {
    const { api, pod, port, isAsked } = await forwarding(silent);
    const answer = ask(port);
    await isAsked();
    api.setPod({ ...pod, ready: false, containers: [] });
    expect(await answer).toMatchObject({ status: 503, headers: { "x-init-pod": "waiting" } });
  });

  test("one that changes something, and an answer that has begun, are cut", async () => {
    const { api, pod, port, isAsked } = await forwarding(silent);
    const change = posted(port);
    await isAsked();
    api.setPod({ ...pod, containers: running("b") });
    expect(await change).toMatch(/hang up|ECONNRESET/);

    const download = await forwarding(begun);
    const answer = ask(download.port).catch((error: unknown) => String(error));
    await download.isAsked();
    await delay(100);
    download.api.setPod({ ...download.pod, containers: running("b") });
    expect(await answer).toMatch(/aborted|ECONNRESET/);
  });
});

test("a request goes on elsewhere as soon as the node is lost, which takes the Pod's readiness alone away", async () => {
  const { api, pod, port, isAsked } = await forwarding(silent);
  const answer = ask(port);
  await isAsked();
  api.setPod({ ...pod, ready: false, containers: running("a") });
  api.setPod({ ...pod, name: "web-2", uid: "uid-2", appPort: await anew(), containers: running("z") });
  expect((await answer).body).toBe("anew");
});

describe("an answer that takes its time is waited for", () => {
  const slow = (socket: Socket): unknown =>
    setTimeout(() => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow"), 700);

  test.each([
    ["the Pod is not Ready by its own probe", false, [{ id: "a", ready: false }]],
    ["another container of the Pod starts anew", true, running("a", "c")],
    ["the Pod is being deleted", false, running("a")],
  ] as const)("though %s", async (why, ready, containers) => {
    const { api, pod, port, isAsked } = await forwarding(slow);
    api.setPod({ ...pod, containers: running("a", "b") });
    const answer = ask(port);
    await isAsked();
    api.setPod({ ...pod, ready, containers: [...(containers ?? [])], deleting: why.includes("deleted") });
    expect((await answer).body).toBe("slow");
  });
});
