import { Agent } from "node:http";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { DaemonTiming } from "../../../../components/forward/daemon/daemon.ts";
import { readRecord } from "../../../../components/forward/state/record.ts";
import type { FakeApi } from "../fakeApi";
import { ask, fakeApi, httpApp, requestFor, runDaemon, tcpApp, temporaryFolder, until } from "../helpers";

const labels = { app: "web" };

async function forwarding(appPort: number, protocol: "http" | "tcp" = "http", timing?: Partial<DaemonTiming>) {
  const api = await fakeApi();
  const folder = temporaryFolder();
  const request = await requestFor(api, { protocol });
  api.setPod({ name: "web-1", uid: "uid-1", labels, ready: true, appPort });
  const { key } = runDaemon(folder, request, timing);
  await until(() => readRecord(folder, key)?.pod?.uid === "uid-1");
  return { api, port: request.localPort };
}

/** How often a connection to the node was asked for. */
const upgrades = (api: FakeApi): number => api.requests.filter((line) => line.startsWith("UPGRADE")).length;

function client(port: number): Socket {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Answers each line with itself, and `flood` without end, as fast as it is read. */
const echo = async (): Promise<number> =>
  await tcpApp((socket) => {
    const flood = (): void => {
      while (socket.write(Buffer.alloc(65_536)));
    };
    socket.on("error", () => undefined);
    socket.on("data", (line) => {
      if (line.toString() !== "flood\n") {
        socket.write(line);
        return;
      }
      socket.on("drain", flood);
      flood();
    });
  });

async function echoes(socket: Socket): Promise<void> {
  const answered = new Promise((resolve) => socket.once("data", resolve));
  socket.write("hello\n");
  await answered;
}

test("has a session ready for the first client, of which the app sees nothing", async () => {
  let connections = 0;
  const app = await tcpApp((socket) => {
    connections++;
    socket.on("data", (line) => socket.write(line));
  });
  const { api, port } = await forwarding(app, "tcp");
  await until(() => upgrades(api) === 1);
  expect(connections).toBe(0);
  api.refusal = { status: 500, message: "no new session" };
  await echoes(client(port));
});

test("takes the same session for clients that come one after the other", async () => {
  const { api, port } = await forwarding(await httpApp((_request, response) => response.end("app")));
  for (let turn = 0; turn < 20; turn++) expect((await ask(port)).body).toBe("app");
  expect(upgrades(api)).toBeLessThanOrEqual(3);
});

test("serves a hundred clients at once over a bounded number of sessions", async () => {
  const { api, port } = await forwarding(await echo(), "tcp");
  const clients = Array.from({ length: 100 }, () => client(port));
  await Promise.all(clients.map(echoes));
  expect(upgrades(api)).toBeLessThanOrEqual(6);
});

test("answers others while one of few clients does not read, for as long as it likes", async () => {
  const { port } = await forwarding(await echo(), "tcp");
  const stalled = client(port).pause();
  stalled.write("flood\n");
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  for (let turn = 0; turn < 5; turn++) await echoes(client(port));
  const more = new Promise((resolve) => stalled.once("data", resolve));
  stalled.resume();
  await more;
});

test("cuts a client that does not read where others wait for it", async () => {
  const { api, port } = await forwarding(await echo(), "tcp");
  const clients = Array.from({ length: 64 }, () => client(port));
  await Promise.all(clients.map(echoes));
  const [stalled, ...others] = clients.reverse();
  stalled?.pause().write("flood\n");
  await until(() => api.tunnels === others.length);
  await Promise.all(others.map(echoes));
  const error = new Promise((resolve) => stalled?.once("error", resolve));
  stalled?.resume();
  expect(await error).toMatchObject({ code: "ECONNRESET" });
});

test("ends the connections of clients that are done before too many wait", async () => {
  let open = 0;
  const app = await tcpApp((socket) => {
    open++;
    socket.on("error", () => undefined).on("close", () => open--);
    socket.on("end", () => socket.end());
    socket.on("data", (line) => socket.write(line));
  });
  const { port } = await forwarding(app, "tcp");
  for (let turn = 0; turn < 100; turn++) {
    const socket = client(port);
    await echoes(socket);
    socket.end();
  }
  await until(() => open <= 64);
});

test("goes through WebSockets where SPDY is refused on the way", async () => {
  const { api, port } = await forwarding(await httpApp((_request, response) => response.end("app")));
  api.refusesSpdy = true;
  // Of the one that was kept ready for the first client.
  api.cut();
  expect((await ask(port)).body).toBe("app");
  const before = upgrades(api);
  expect((await ask(port)).body).toBe("app");
  expect(upgrades(api)).toBe(before + 1);
});

test("sends the next request of a kept connection to the new Pod, while the old one still lives", async () => {
  const { api, port } = await forwarding(await httpApp((_request, response) => response.end("old")));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  expect((await ask(port, "/", {}, agent)).body).toBe("old");
  const appPort = await httpApp((_request, response) => response.end("new"));
  api.setPod({ name: "web-2", uid: "uid-2", labels, ready: true, appPort });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await ask(port, "/", {}, agent)).body).toBe("new");
  await until(() => api.tunnels === 1);
});

test("leaves an answer alone that the old Pod has begun", async () => {
  const old = await httpApp((_request, response) => {
    response.write("begun, ");
    setTimeout(() => response.end("whole"), 500);
  });
  const { api, port } = await forwarding(old);
  const answer = ask(port);
  await until(() => api.tunnels === 1);
  const appPort = await httpApp((_request, response) => response.end("new"));
  api.setPod({ name: "web-2", uid: "uid-2", labels, ready: true, appPort });
  expect((await answer).body).toBe("begun, whole");
});

test("asks again where the way to the Pod broke before an answer, and says so where it stays broken", async () => {
  let asked = 0;
  const appPort = await httpApp((_request, response) => {
    if (++asked > 1) response.end("app");
  });
  const { api, port } = await forwarding(appPort, "http", { hold: 500 });
  const first = ask(port);
  await until(() => asked === 1);
  api.cut();
  expect((await first).body).toBe("app");
  asked = 0;
  const second = ask(port);
  await until(() => asked === 1);
  await api.stop();
  expect(await second).toMatchObject({ status: 503, headers: { "x-init-pod": "unreachable" } });
});

test("notices soon that its sessions have died without a word, though clients hold them", async () => {
  const { api, port } = await forwarding(await echo(), "tcp");
  const held = Array.from({ length: 16 }, () => client(port));
  await Promise.all(held.map(echoes));
  for (const node of api.nodes) node.vanish();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 8 }, () => echoes(client(port))));
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});
