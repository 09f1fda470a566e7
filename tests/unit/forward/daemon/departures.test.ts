import { connect, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { readRecord } from "../../../../components/forward/state/record.ts";
import { delay } from "../../../../components/time/delay.ts";
import { fakeApi, requestFor, runDaemon, tcpApp, temporaryFolder, until } from "../helpers";

async function forwarding(serve: (socket: Socket) => void) {
  const appPort = await tcpApp((socket) => serve(socket.on("error", () => undefined)));
  const folder = temporaryFolder();
  const api = await fakeApi();
  api.setPod({ name: "web-1", uid: "uid-1", labels: { app: "web" }, ready: true, appPort });
  const request = await requestFor(api, { protocol: "tcp" });
  const { key } = runDaemon(folder, request);
  await until(() => readRecord(folder, key)?.pod !== undefined);
  return { api, port: request.localPort };
}

/** With both directions to end separately, as the tools have it that send something and wait for the answer. */
function client(port: number, host = "127.0.0.1"): Socket {
  const socket = connect({ port, host, allowHalfOpen: true });
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

async function heardBy(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk) => (text += chunk.toString()));
  await new Promise((resolve) => socket.once("end", resolve));
  return text;
}

/** Ends its side and lets go of the socket, without a reset. */
async function close(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => socket.end(resolve));
  socket.destroy();
}

describe("a client that has closed its connection", () => {
  test.each(["127.0.0.1", "::ffff:127.0.0.1"])(
    "without a byte is let go of at once, also where hundreds do: %s",
    async (host) => {
      const { api, port } = await forwarding(() => undefined);
      for (let round = 0; round < 3; round++) {
        const sockets = Array.from({ length: 100 }, () => client(port, host));
        await until(() => api.tunnels === 100, 12_000);
        await Promise.all(sockets.map(close));
        await until(() => api.tunnels === 0, 12_000);
      }
    },
  );

  test("after a question is let go of soon, and the app has got all of it", async () => {
    const heard: string[] = [];
    const { api, port } = await forwarding((socket) => {
      let text = "";
      socket.on("data", (chunk) => (text += chunk.toString()));
      socket.on("end", () => heard.push(text));
    });
    const question = "x".repeat(20_000);
    const sockets = Array.from({ length: 100 }, () => client(port));
    for (const socket of sockets) socket.write(question);
    await Promise.all(sockets.map(close));
    await until(() => heard.length === 100, 12_000);
    expect(new Set(heard)).toEqual(new Set([question]));
    await until(() => api.tunnels === 0, 12_000);
  });

  test("later than it ended its side is let go of soon after", async () => {
    const { api, port } = await forwarding((socket) => socket.once("data", () => socket.write("part")));
    const socket = client(port);
    socket.end("question");
    await new Promise((resolve) => socket.once("data", resolve));
    await delay(300);
    expect(api.tunnels).toBe(1);
    socket.destroy();
    await until(() => api.tunnels === 0, 12_000);
  });
});

describe("a client that has ended only its own side", () => {
  test("gets the greeting of a server that speaks first, though it sent nothing", async () => {
    const { port } = await forwarding((socket) => setTimeout(() => socket.end("greeting"), 1_500));
    const socket = client(port);
    socket.end();
    expect(await heardBy(socket)).toBe("greeting");
  });

  test("gets an answer that takes its time", async () => {
    const { port } = await forwarding((socket) => {
      socket.once("data", () => setTimeout(() => socket.end("answer"), 2_500));
    });
    const socket = client(port);
    socket.end("question");
    expect(await heardBy(socket)).toBe("answer");
  });
});
