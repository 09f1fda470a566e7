import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import type { PodConnection, PodEnd } from "../../../../components/forward/tunnel/podConnection.ts";
import { dialWebSocket } from "../../../../components/forward/tunnel/webSocketConnection.ts";

const port = Buffer.from([80, 0]);
const data = (...parts: (string | Buffer)[]): Buffer => message(0, parts);
const error = (...parts: (string | Buffer)[]): Buffer => message(1, parts);

function message(channel: number, parts: (string | Buffer)[]): Buffer {
  return Buffer.concat([Buffer.from([channel]), ...parts.map((part) => Buffer.from(part))]);
}

/** A connection to a node that does as `serve` says, and all that was heard of it. */
async function dialled(serve: (socket: WebSocket) => void, options: { autoPong?: boolean } = {}) {
  const http = createServer();
  const server = new WebSocketServer({ server: http, handleProtocols: () => "v4.channel.k8s.io", ...options });
  server.on("connection", serve);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    http.close();
  });
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const connection: PodConnection = await dialWebSocket(
    url,
    { namespace: "default", pod: "web-1", port: 80 },
    { headers: {} },
  );
  return { connection, ...heard(connection) };
}

function heard(connection: PodConnection): { text: () => string; ended: Promise<PodEnd> } {
  let text = "";
  const ended = new Promise<PodEnd>((resolve) => {
    connection.attach({ data: (part) => (text += part.toString()), drained: () => undefined, ended: resolve });
  });
  return { text: () => text, ended };
}

describe("the port's two bytes", () => {
  test.each([
    ["come with data in one message", [data(port, "hello")]],
    ["come alone", [data(port), data("hello")]],
    ["come one by one", [data(port.subarray(0, 1)), data(port.subarray(1), "hel"), data("lo")]],
    ["come after empty messages", [data(), data(port), data(), data("hello")]],
    ["come on the other channel later", [data(port, "he"), error(port), data("llo")]],
  ])("are cut off where they %s", async (_how, messages) => {
    const { text, ended } = await dialled((socket) => {
      for (const each of messages) socket.send(each);
      socket.close();
    });
    expect(await ended).toEqual({ kind: "closed" });
    expect(text()).toBe("hello");
  });

  test("are no error, and one with an error text in the same message is that text", async () => {
    const quiet = await dialled((socket) => {
      socket.send(error(port));
      socket.close();
    });
    expect(await quiet.ended).toEqual({ kind: "closed" });
    const refused = await dialled((socket) => socket.send(error(port, "no such port")));
    expect(await refused.ended).toEqual({ kind: "refused", message: "no such port" });
  });
});

test("an error text after data comes after the data", async () => {
  const { text, ended } = await dialled((socket) => {
    socket.send(data(port, "half an"));
    socket.send(data(" answer"));
    socket.send(error(port, "connection reset by peer"));
  });
  expect(await ended).toEqual({ kind: "refused", message: "connection reset by peer" });
  expect(text()).toBe("half an answer");
});

describe("a peer", () => {
  /** Of the timers alone, with time for real sockets in between. */
  async function pass(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed++) {
      vi.advanceTimersByTime(1_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async function watched(options: { autoPong?: boolean }) {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const { connection, ended } = await dialled((socket) => socket.send(data(port)), options);
    let end: PodEnd | undefined;
    void ended.then((kind) => (end = kind));
    return { connection, end: () => end };
  }

  test("that vanished is noticed 10 s after it was asked for a sign of life, though the client goes on sending", async () => {
    const { connection, end } = await watched({ autoPong: false });
    for (let seconds = 0; seconds < 14; seconds++) {
      connection.write(Buffer.from("more"));
      await pass(1);
    }
    expect(end()).toBeUndefined();
    await pass(2);
    expect(end()).toEqual({ kind: "lost" });
  });

  test("that answers is left alone, however long nothing else comes", async () => {
    const { end } = await watched({});
    await pass(120);
    expect(end()).toBeUndefined();
  });

  test("that could not be heard while the client did not read gets its time anew", async () => {
    const { connection, end } = await watched({ autoPong: false });
    connection.pause(1);
    await pass(60);
    expect(end()).toBeUndefined();
    connection.resume();
    await pass(16);
    expect(end()).toEqual({ kind: "lost" });
  });
});
