import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { PodConnection } from "../../../../components/forward/tunnel/podConnection.ts";
import { PodDialer } from "../../../../components/forward/tunnel/podDialer.ts";
import { delay } from "../../../../components/time/delay.ts";
import { FakeNode } from "../fakeNode";
import { fakeApi, tcpApp, temporaryFolder, until } from "../helpers";

const pod = { namespace: "default", pod: "web-1", uid: "uid-1", port: 80 };

/** A dialer for a server whose credentials are these, and what it logged. */
function dialerFor(url: string, tls: () => object = () => ({})): { dialer: PodDialer; lines: string[] } {
  const lines: string[] = [];
  const dialer = new PodDialer(
    (dial) => dial(url, { headers: {}, ...tls() }),
    (line) => lines.push(line),
  );
  onTestFinished(() => dialer.close());
  return { dialer, lines };
}

/** The Pod's answer to a word. */
async function answer(connection: PodConnection): Promise<string> {
  return await new Promise((resolve, reject) => {
    connection.attach({
      data: (part) => {
        connection.abandon();
        resolve(part.toString());
      },
      drained: () => undefined,
      ended: ({ kind }) => reject(new Error(kind)),
    });
    connection.write(Buffer.from("hello"));
  });
}

const echo = (): Promise<number> =>
  tcpApp((socket) => {
    socket.on("error", () => undefined);
    socket.pipe(socket);
  });

async function apiWithPod() {
  const api = await fakeApi();
  api.setPod({ name: pod.pod, uid: pod.uid, labels: {}, ready: true, appPort: await echo() });
  const upgrades = (): number => api.requests.filter((line) => line.startsWith("UPGRADE")).length;
  return { api, upgrades, ...dialerFor(api.url) };
}

describe("SPDY", () => {
  test("gives way to WebSockets for good where something on the way refuses it, which is said once", async () => {
    const { api, upgrades, dialer, lines } = await apiWithPod();
    api.refusesSpdy = true;
    expect(await answer(await dialer.connect(pod))).toBe("hello");
    const before = upgrades();
    expect(await answer(await dialer.connect(pod))).toBe("hello");
    dialer.prepare(pod);
    expect(upgrades()).toBe(before + 1);
    expect(lines).toEqual([expect.stringMatching(/lets no SPDY through \(.* 400\): using WebSockets/)]);
  });

  test("stays where WebSockets are refused as well, and what SPDY was refused with is the error", async () => {
    const { api, dialer, lines } = await apiWithPod();
    api.refusal = { status: 500, message: "etcd is full" };
    await expect(dialer.connect(pod)).rejects.toMatchObject({
      name: "DialError",
      status: 500,
      message: "etcd is full",
    });
    api.refusal = undefined;
    expect(await answer(await dialer.connect(pod))).toBe("hello");
    expect(api.nodes).not.toHaveLength(0);
    expect(lines).toEqual([]);
  });

  test.for([401, 403, 404])("stays where the answer is %i, and no WebSocket is tried", async (status) => {
    const { api, upgrades, dialer } = await apiWithPod();
    api.refusal = { status, message: "its words" };
    await expect(dialer.connect(pod)).rejects.toMatchObject({ name: "DialError", status });
    expect(upgrades()).toBe(1);
  });

  test("stays where the Pod has started anew while it was dialled, and what comes too late is closed", async () => {
    const api = await fakeApi();
    api.setPod({ name: pod.pod, uid: pod.uid, labels: {}, ready: true, appPort: await echo() });
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    let dials = 0;
    const lines: string[] = [];
    const dialer = new PodDialer(
      async (dial) => {
        if (dials++ === 0) await held;
        return await dial(api.url, { headers: {} });
      },
      (line) => lines.push(line),
    );
    onTestFinished(() => dialer.close());
    const connecting = dialer.connect(pod);
    dialer.drop(pod.uid);
    await expect(connecting).rejects.toMatchObject({ name: "DialError", status: 409 });
    expect(lines).toEqual([]);
    goOn();
    await until(() => api.nodes.length === 1);
    await until(() => api.nodes[0]?.isLeft === true);
    expect(await answer(await dialer.connect(pod))).toBe("hello");
    expect(api.nodes.length).toBeGreaterThan(1);
  });

  test("stays where nothing answers", async () => {
    const { api, dialer, lines } = await apiWithPod();
    const { port } = api;
    await api.stop();
    await expect(dialer.connect(pod)).rejects.toMatchObject({ name: "DialError", status: undefined });
    await api.start(port);
    expect(await answer(await dialer.connect(pod))).toBe("hello");
    expect(lines).toEqual([]);
  });
});

test("a new connection takes up the TLS session of an earlier one, unless it has another client certificate", async () => {
  const folder = temporaryFolder();
  const server = certificate(folder, "server");
  const users = { before: certificate(folder, "before"), after: certificate(folder, "after") };
  const appPort = await echo();
  const handshakes: { user: string; isResumed: boolean }[] = [];
  const api = createServer({ ...server, requestCert: true, rejectUnauthorized: false });
  api.on("secureConnection", (socket) => {
    handshakes.push({ user: String(socket.getPeerCertificate().subject.CN), isResumed: socket.isSessionReused() });
  });
  api.on("upgrade", (_request, socket: Socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n");
    new FakeNode(socket, () => appPort);
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void api.close());

  let user = users.before;
  const { port } = api.address() as AddressInfo;
  const { dialer } = dialerFor(`https://127.0.0.1:${port}`, () => ({ ...user, ca: server.cert, servername: "server" }));
  const connections: PodConnection[] = [];
  const connect = async (): Promise<void> => {
    connections.push(await dialer.connect(pod));
    // With the one that is kept ready for the next client.
    await until(() => handshakes.length === connections.length + 1);
    // The server knows of it first: taken before it is ready here, it would be one more handshake.
    await delay(100);
  };
  await connect();
  await connect();
  user = users.after;
  await connect();
  await connect();
  expect(handshakes.map(({ user }) => user)).toEqual(["before", "before", "before", "after", "after"]);
  expect(handshakes[0]?.isResumed).toBe(false);
  expect(handshakes.map(({ isResumed }) => isResumed).slice(2)).toEqual([true, false, true]);
});

function certificate(folder: string, name: string): { cert: Buffer; key: Buffer } {
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"],
      ...["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`],
      ...["-keyout", join(folder, `${name}.key`), "-out", join(folder, `${name}.cert`)],
    ],
    { stdio: "ignore" },
  );
  return { cert: readFileSync(join(folder, `${name}.cert`)), key: readFileSync(join(folder, `${name}.key`)) };
}
