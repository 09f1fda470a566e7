import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { readRecord } from "../../../../components/forward/state/record.ts";
import { delay } from "../../../../components/time/delay.ts";
import { ask, fakeApi, httpApp, requestFor, runDaemon, temporaryFolder, until } from "../helpers";

const labels = { app: "web" };

async function forwarding() {
  const folder = temporaryFolder();
  const api = await fakeApi();
  const appPort = await httpApp((_request, response) => response.end("app"));
  api.setPod({ name: "web-1", uid: "uid-1", labels, ready: true, appPort });
  const request = await requestFor(api);
  const { key } = runDaemon(folder, request);
  await until(() => readRecord(folder, key)?.pod !== undefined);
  return { api, appPort, port: request.localPort };
}

/** Takes the API server's place and closes each connection; how many began to ask for a tunnel. */
async function stand(port: number): Promise<{ dials: () => number; end: () => Promise<unknown> }> {
  let dials = 0;
  const server = createServer((socket) => {
    socket
      .on("error", () => undefined)
      .once("data", (first) => {
        if (first.toString().startsWith("POST")) dials++;
        socket.destroy();
      });
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { dials: () => dials, end: () => new Promise((resolve) => server.close(resolve)) };
}

test("dials little while the API server is gone, says so, and serves soon after it is back", async () => {
  const { api, port } = await forwarding();
  const apiPort = api.port;
  await api.stop();
  const { dials, end } = await stand(apiPort);
  const answers = [0, 500, 1_000, 1_500].map(async (ms) => await delay(ms).then(() => ask(port)));
  for (const answer of await Promise.all(answers)) {
    expect(answer).toMatchObject({ status: 503, headers: { "x-init-pod": "unreachable" } });
  }
  // Each alone would have dialled each 150 ms of its 2.5 s.
  expect(dials()).toBeLessThanOrEqual(10);
  await end();
  await api.start(apiPort);
  const backAt = performance.now();
  while ((await ask(port)).status !== 200);
  expect(performance.now() - backAt).toBeLessThan(2_000);
});

test("lists anew where the Pod that it knows is not found, as its watch hears nothing", async () => {
  const { api, appPort, port } = await forwarding();
  // The watch stands, and the events of what happens now are lost.
  api.replaceUnheard("web-1", { name: "web-2", uid: "uid-2", labels, ready: true, appPort });
  api.cutTunnels();
  expect((await ask(port)).body).toBe("app");
});
