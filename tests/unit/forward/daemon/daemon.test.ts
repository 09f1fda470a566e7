import { createHash, randomBytes } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import {
  forwardKey,
  listDesired,
  readDesired,
  removeForward,
  writeDesired,
} from "../../../../components/forward/state/desired.ts";
import { holdForward, isHeld } from "../../../../components/forward/state/hold.ts";
import { readRecord } from "../../../../components/forward/state/record.ts";
import { ask, fakeApi, freePort, httpApp, requestFor, runDaemon, tcpApp, temporaryFolder, until } from "../helpers";

const labels = { app: "web" };

/** Sooner than usual, so that the tests end sooner. */
const soon = { drop: 300, hold: 500 };

/** A daemon with one forward and one Ready Pod whose app listens on `appPort`. */
async function forwarding(
  appPort: number,
  more: Parameters<typeof requestFor>[1] = {},
  timing: Parameters<typeof runDaemon>[2] = {},
) {
  const folder = temporaryFolder();
  const api = await fakeApi();
  const request = await requestFor(api, more);
  api.setPod({ name: "web-1", uid: "uid-1", labels, ready: true, appPort });
  const daemon = runDaemon(folder, request, timing);
  await until(() => readRecord(folder, daemon.key)?.pod?.uid === "uid-1");
  return { folder, api, port: request.localPort, request, ...daemon };
}

test("answers from the Pod, and records what it did", async () => {
  const { folder, key, port } = await forwarding(
    await httpApp((request, response) => response.end(`app ${request.url ?? ""}`)),
  );
  expect((await ask(port, "/x")).body).toBe("app /x");
  await until(() => readRecord(folder, key)?.reached === "uid-1");
});

test("records how much went to the Pod and came from it, by how many connections, and how soon an answer began", async () => {
  const app = await httpApp((request, response) =>
    request.resume().on("end", () => setTimeout(() => response.end("x".repeat(5_000)), 50)),
  );
  const { folder, key, port } = await forwarding(app);
  await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "y".repeat(50_000) });
  await until(() => (readRecord(folder, key)?.bytes.received ?? 0) > 5_000);
  const { bytes, connections, latencyMs } = readRecord(folder, key) ?? {};
  expect(bytes?.sent).toBeGreaterThan(50_000);
  expect(bytes?.received).toBeLessThan(10_000);
  expect(connections?.total).toBe(1);
  expect(latencyMs).toBeGreaterThan(45);
});

test("moves large bodies both ways unharmed", async () => {
  const app = await httpApp((request, response) => request.pipe(response));
  const { port } = await forwarding(app);
  const body = randomBytes(8 * 1024 * 1024);
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body });
  const hash = (data: Buffer) => createHash("sha256").update(data).digest("hex");
  expect(hash(Buffer.from(await answer.arrayBuffer()))).toBe(hash(body));
});

test("keeps the answer of a server that is told of the client's end only after it", async () => {
  const app = await tcpApp((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => setTimeout(() => socket.end("late answer"), 300));
  });
  const { port } = await forwarding(app, { protocol: "tcp" });
  const answer = await new Promise<string>((resolve, reject) => {
    let text = "";
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => socket.end("question"));
    socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    socket.on("end", () => resolve(text)).on("error", reject);
  });
  expect(answer).toBe("late answer");
});

test("holds back a Pod's data while the client does not read", async () => {
  let sent = 0;
  const app = await tcpApp((socket) => {
    const chunk = Buffer.alloc(65_536);
    const pump = (): void => {
      while (sent < 256 * 1024 * 1024 && socket.write(chunk)) sent += chunk.length;
    };
    socket.on("drain", pump).on("error", () => undefined);
    pump();
  });
  const { port } = await forwarding(app, { protocol: "tcp" });
  const socket = connect({ port, host: "127.0.0.1" });
  socket.pause();
  await until(() => sent > 0);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(sent).toBeLessThan(64 * 1024 * 1024);
  socket.destroy();
});

test("goes to the newest Ready Pod at once when there is one", async () => {
  const { api, port } = await forwarding(await httpApp((_request, response) => response.end("old")));
  const appPort = await httpApp((_request, response) => response.end("new"));
  api.setPod({ name: "web-2", uid: "uid-2", labels, ready: false, appPort });
  expect((await ask(port)).body).toBe("old");
  api.setPod({ name: "web-2", uid: "uid-2", labels, ready: true, appPort });
  await until(() => api.requests.length > 0);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await ask(port)).body).toBe("new");
});

test("makes a request again that the old Pod took with it, and answers on the same connection", async () => {
  let asked = 0;
  const sockets: Socket[] = [];
  const oldPort = await tcpApp((socket) => {
    sockets.push(socket.on("error", () => undefined));
    socket.on("data", () => {
      // Answers the first request and dies with the second.
      if (++asked === 1) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold");
    });
  });
  const { api, port } = await forwarding(oldPort);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  expect((await ask(port, "/", {}, agent)).body).toBe("old");
  const second = ask(port, "/", {}, agent);
  await until(() => asked === 2);
  const appPort = await httpApp((_request, response) => response.end("new"));
  api.setPod({ name: "web-2", uid: "uid-2", labels, ready: true, appPort });
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const socket of sockets) socket.destroy();
  expect((await second).body).toBe("new");
  expect((await ask(port, "/", {}, agent)).body).toBe("new");
});

test("passes the close of an app on that never answers, and asks it once", async () => {
  let asked = 0;
  const appPort = await tcpApp((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      asked++;
      socket.end();
    });
  });
  const { port } = await forwarding(appPort);
  await expect(ask(port)).rejects.toThrow();
  expect(asked).toBe(1);
});

test("holds a request until the Pod is Ready", async () => {
  const appPort = await httpApp((_request, response) => response.end("ready"));
  const { api, port } = await forwarding(appPort);
  api.setPod({ name: "web-1", uid: "uid-1", labels, ready: false, appPort });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const answer = ask(port);
  setTimeout(() => api.setPod({ name: "web-1", uid: "uid-1", labels, ready: true, appPort }), 500);
  expect((await answer).body).toBe("ready");
});

test("says what the Pod does where none gets Ready", async () => {
  const { api, port } = await forwarding(await httpApp((_request, response) => response.end()), {}, soon);
  api.setPod({ name: "web-1", uid: "uid-1", labels, ready: false, appPort: 1 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const answer = await ask(port);
  expect(answer.status).toBe(503);
  expect(answer.headers).toMatchObject({ "x-init-pod": "waiting", "retry-after": "1" });
  expect(answer.body).toBe("Pod web-1 is starting and not Ready yet.\n");
});

test.each(["tcp", "https"] as const)("resets a client of %s where no Pod is Ready", async (protocol) => {
  const { api, port } = await forwarding(await tcpApp((socket) => socket.destroy()), { protocol }, soon);
  api.setPod({ name: "web-1", uid: "uid-1", labels, ready: false, appPort: 1 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const heard: string[] = [];
  const socket = connect(port, "127.0.0.1", () => socket.write("hello"));
  socket.on("data", (data: Buffer) => heard.push(data.toString()));
  await new Promise<void>((resolve) => {
    socket.on("error", (error: NodeJS.ErrnoException) => heard.push(error.code ?? "")).on("close", () => resolve());
  });
  expect(heard).toEqual(["ECONNRESET"]);
});

test("says what a Pod lacks that only its events tell", async () => {
  const { api, port } = await forwarding(await httpApp((_request, response) => response.end()), {}, soon);
  const message = 'MountVolume.SetUp failed for volume "keys" : secret "keys" not found';
  const times = { firstTimestamp: "2026-01-01T00:00:00Z", lastTimestamp: "2026-01-01T00:01:00Z" };
  api.events = [{ type: "Warning", reason: "FailedMount", message, ...times }];
  api.setPod({ name: "web-1", uid: "uid-1", labels, ready: false, appPort: 1 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const answers = await Promise.all([ask(port), ask(port), ask(port)]);
  for (const { body } of answers)
    expect(body).toBe(
      `Pod web-1 can't get Ready: a volume can't be mounted (FailedMount). Kubernetes says: ${message}\n`,
    );
  expect(api.requests.filter((line) => line.includes("/events"))).toHaveLength(1);
});

test("says that nothing listens, and sends the request to the app once it does", async () => {
  const appPort = await freePort();
  const { port, api } = await forwarding(appPort);
  const answer = await ask(port);
  expect(answer.status).toBe(503);
  expect(answer.headers["x-init-pod"]).toBe("refused");
  const second = ask(port, "/later");
  setTimeout(
    () =>
      void httpApp((request, response) => response.end(request.url)).then((later) =>
        api.setPod({ name: "web-1", uid: "uid-1", labels, ready: true, appPort: later }),
      ),
    300,
  );
  expect((await second).body).toBe("/later");
});

test("names the verbs where port-forwarding is forbidden", async () => {
  const { api, port } = await forwarding(1);
  api.refusal = { status: 403, message: "pods is forbidden" };
  // One that was made before the right was revoked would serve on.
  api.cut();
  const answer = await ask(port);
  expect(answer.headers["x-init-pod"]).toBe("forbidden");
  expect(answer.body).toContain("get and create on pods/portforward");
});

test("never shows the app a connection that sends nothing", async () => {
  let connections = 0;
  const { port } = await forwarding(await tcpApp(() => connections++));
  const socket = connect({ port, host: "127.0.0.1" });
  await new Promise((resolve) => setTimeout(resolve, 100));
  socket.destroy();
  expect(connections).toBe(0);
});

test("lets go of all tunnels of clients that are gone", async () => {
  const { api, port } = await forwarding(await tcpApp((socket) => socket.on("error", () => undefined)), {
    protocol: "tcp",
  });
  const sockets = Array.from({ length: 50 }, () => connect({ port, host: "127.0.0.1" }));
  await until(() => api.tunnels === 50);
  for (const socket of sockets) socket.resetAndDestroy();
  await until(() => api.tunnels === 0);
});

test("resets a client whose tunnel broke, lest half an answer looks whole", async () => {
  const app = await tcpApp((socket) => {
    socket.on("error", () => undefined);
    socket.write("half");
  });
  const { api, port } = await forwarding(app, { protocol: "tcp" });
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("data", () => api.cut());
    socket.once("error", resolve);
    socket.once("end", () => resolve(undefined));
  });
  expect(error?.code).toBe("ECONNRESET");
});

test("ends by itself some seconds after the stack deleted the Pod, and leaves no file of it", async () => {
  const { api, folder, key, port, ended } = await forwarding(1);
  const startedAt = performance.now();
  api.destroyPod("web-1");
  await ended;
  expect(performance.now() - startedAt).toBeGreaterThan(2_500);
  expect(performance.now() - startedAt).toBeLessThan(4_500);
  expect(readDesired(folder, key)).toBeUndefined();
  expect(readRecord(folder, key)).toBeUndefined();
  await expect(ask(port)).rejects.toThrow("ECONNREFUSED");
});

test("tells those who wait for a Pod when the forward ends", async () => {
  const { api, folder, key, port, ended } = await forwarding(1);
  api.setPod({ name: "web-1", uid: "uid-1", labels, ready: false, appPort: 1 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const answer = ask(port);
  await until(() => readRecord(folder, key)?.pod === undefined);
  setTimeout(() => removeForward(folder, key), 200);
  expect((await answer).status).toBe(503);
  await ended;
});

test("refuses no client while the InitPod moves to another cluster, and ends what still comes from the old one", async () => {
  const old = await httpApp((_request, response) => response.end("old"));
  const { folder, port, request, ended } = await forwarding(old);
  const there = await fakeApi();
  const appPort = await httpApp((_request, response) => response.end("new"));
  there.setPod({ name: "web-2", uid: "uid-2", labels, ready: true, appPort });
  const answers: string[] = [];
  while (answers.at(-1) !== "new") {
    if (answers.length === 20)
      writeDesired(
        folder,
        await requestFor(there, { id: request.id, clusterUid: "another", localPort: port }),
        "1.0.0",
      );
    answers.push((await ask(port)).body);
  }
  expect(new Set(answers)).toEqual(new Set(["old", "new"]));
  // With a port that is handed on, it is closed all the same in the end.
  removeForward(folder, forwardKey(request));
  await ended;
  await expect(ask(port)).rejects.toThrow("ECONNREFUSED");
});

test("keeps the forward while an up works on the InitPod", async () => {
  const { api, folder, key, request, ended } = await forwarding(1, {}, soon);
  const release = holdForward(request, folder);
  api.destroyPod("web-1");
  await new Promise((resolve) => setTimeout(resolve, 5 * soon.drop));
  expect(readDesired(folder, key)).toBeDefined();
  release();
  await ended;
  expect(listDesired(folder)).toEqual([]);
});

test("keeps it no longer for a process that lives on for hours after its up", async () => {
  const { folder, key, request } = await forwarding(1);
  holdForward(request, folder);
  expect(isHeld(folder, key)).toBe(true);
  expect(isHeld(folder, key, Date.now() + 2 * 60 * 60_000)).toBe(false);
});

test("keeps the forward while the API server does not answer, and goes on when it does", async () => {
  const appPort = await httpApp((_request, response) => response.end("alive"));
  const { api, folder, key, port } = await forwarding(appPort, {}, soon);
  const apiPort = api.port;
  await api.stop();
  await until(() => readRecord(folder, key)?.error !== undefined);
  await new Promise((resolve) => setTimeout(resolve, 3 * soon.drop));
  expect(readDesired(folder, key)).toBeDefined();
  await api.start(apiPort);
  await until(() => readRecord(folder, key)?.error === undefined, 20_000);
  expect((await ask(port)).body).toBe("alive");
}, 30_000);

test("frees the port when the file is taken away", async () => {
  const { folder, key, port, ended } = await forwarding(1);
  removeForward(folder, key);
  await ended;
  await expect(ask(port)).rejects.toThrow("ECONNREFUSED");
});

test("ends when the state folder vanishes", async () => {
  const { folder, ended } = await forwarding(1);
  rmSync(folder, { recursive: true });
  await ended;
  expect(existsSync(folder)).toBe(false);
});
