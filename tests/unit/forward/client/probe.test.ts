import { createServer } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { probe, type ProbeResult } from "../../../../components/forward/client/probe.ts";
import { selfSigned } from "../certificate";
import { freePort, httpApp, tcpApp } from "../helpers";

const patient = { timeoutMs: 5_000 };

/** Answers the first bytes of each connection with `answer`, then goes on as `end` says. */
function answering(answer: string | Buffer, end = (socket: Socket): unknown => socket.end()) {
  return tcpApp((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write(answer);
      end(socket);
    });
  });
}

const open = (): void => undefined;

describe("over http the Pod has answered with", () => {
  test.each([200, 204, 301, 401, 403, 404, 500, 503])("status %i, without a note", async (status) => {
    const port = await httpApp((_, response) => response.writeHead(status, { location: "/login" }).end());
    expect(await probe("http", port, patient)).toEqual({ kind: "answered" });
  });

  test.each([
    ["HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nhello", open],
    ["100 Continue and nothing more", "HTTP/1.1 100 Continue\r\n\r\n", open],
    ["the head of an endless answer", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", open],
  ])("%s, without a note", async (_, answer, end) => {
    expect(await probe("http", await answering(answer, end), patient)).toEqual({ kind: "answered" });
  });

  test.each([
    ["HTTP/0.9", "<html>hello</html>\n"],
    ["a TLS alert", Buffer.from([21, 3, 3, 0, 2, 2, 70])],
    ["a line of another protocol", "-ERR unknown command 'GET'\r\n"],
    ["settings of HTTP/2", Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])],
    ["garbage", Buffer.from([0, 255, 7, 13, 10, 13, 10])],
    ["half a head", "HTTP/1.1 200 OK\r\nServer: broken"],
    ["a head without an end", `HTTP/1.1 200 OK\r\nA: ${"a".repeat(100_000)}`],
  ])("%s, with a note that names forward.protocol", async (_, answer) => {
    const result = await probe("http", await answering(answer), patient);
    expect(result).toMatchObject({ kind: "answered" });
    expect((result as { note?: string }).note).toContain("forward.protocol");
  });

  test("the greeting of a server that speaks first", async () => {
    const port = await tcpApp((socket) => {
      socket.on("error", open);
      socket.write("220 mail.example.com ESMTP\r\n");
    });
    expect(await probe("http", port, patient)).toMatchObject({ kind: "answered" });
  });

  test("an unfinished line that nothing follows", async () => {
    expect(await probe("http", await answering("HTTP/1.1 20", open), { timeoutMs: 300 })).toEqual({ kind: "answered" });
  });
});

test("asks for the path that it is given, whatever characters it has", async () => {
  const asked: string[] = [];
  const port = await httpApp((request, response) => {
    asked.push(request.url ?? "");
    response.end();
  });
  for (const path of [undefined, "/healthz?deep=1", "ready", "/é x\u{1f600}", "/\ud800", "/a%20b"])
    expect(await probe("http", port, { ...patient, path })).toEqual({ kind: "answered" });
  expect(asked).toEqual(["/", "/healthz?deep=1", "/ready", "/%C3%A9%20x%F0%9F%98%80", "/%EF%BF%BD", "/a%20b"]);
});

test("a close without an answer has failed, and says what it may mean", async () => {
  for (const end of [(socket: Socket) => socket.end(), (socket: Socket) => socket.resetAndDestroy()]) {
    const result = await probe("http", await answering("", end), patient);
    expect(result).toMatchObject({ kind: "failed" });
    expect((result as { message: string }).message).toMatch(/closed without an answer.*TLS.*"https".*"tcp"/);
  }
});

test("an app that takes the connection and says nothing is silent, for as long as it is waited for", async () => {
  const port = await tcpApp((socket) => socket.on("error", open));
  const startedAt = performance.now();
  expect(await probe("http", port, { timeoutMs: 300 })).toEqual({ kind: "silent" });
  expect(performance.now() - startedAt).toBeGreaterThan(250);
});

test("a port that nothing listens on has failed", async () => {
  expect(await probe("http", await freePort(), patient)).toMatchObject({ kind: "failed" });
});

describe("an answer of the forwarder's own", () => {
  const own = "HTTP/1.1 503 Service Unavailable\r\nx-init-pod: waiting\r\n";

  test("is none of the Pod's, and is read", async () => {
    const body = JSON.stringify({ message: "Pod web-1 waits for a node." });
    const port = await answering(`${own}Content-Length: ${body.length}\r\n\r\n${body}`);
    const message = "Pod web-1 waits for a node.";
    expect(await probe("http", port, patient)).toEqual({ kind: "own", state: "waiting", message });
  });

  test("is read up to 64 KiB, also where an app plays it and never ends", async () => {
    let sent = 0;
    const chunk = Buffer.alloc(16_384, "a");
    const port = await answering(`${own}\r\n`, (socket) => {
      const pump = (): void => {
        while (!socket.destroyed && socket.write(chunk)) sent += chunk.length;
      };
      socket.on("drain", pump);
      pump();
    });
    const result = (await probe("http", port, patient)) as Extract<ProbeResult, { kind: "own" }>;
    expect(result.kind).toBe("own");
    // It ends with the part that goes beyond, and a part has at most 64 KiB.
    expect(result.message.length).toBeGreaterThan(64 * 1024);
    expect(result.message.length).toBeLessThanOrEqual(128 * 1024);
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  });
});

describe("over https the Pod has answered with", () => {
  async function tls(create: (pair: { key: string; cert: string }) => Server): Promise<number> {
    const server = create(selfSigned());
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  test("a response, whoever signed its certificate", async () => {
    const port = await tls((pair) => createServer(pair, (_, response) => response.writeHead(404).end()));
    expect(await probe("https", port, patient)).toEqual({ kind: "answered" });
  });

  test("an alert, as of a server that wants a client's certificate", async () => {
    const port = await tls((pair) =>
      createTlsServer({ ...pair, requestCert: true, rejectUnauthorized: true, ca: pair.cert, maxVersion: "TLSv1.2" }),
    );
    expect(await probe("https", port, patient)).toMatchObject({ kind: "answered" });
  });

  test("a handshake, where the connection closes behind it", async () => {
    const port = await tls((pair) => createTlsServer(pair, (socket) => socket.on("error", open).end()));
    expect(await probe("https", port, patient)).toMatchObject({ kind: "answered" });
  });

  test("plain HTTP, with a note that names forward.protocol", async () => {
    const port = await httpApp((_, response) => response.end());
    const result = await probe("https", port, patient);
    expect((result as { note?: string }).note).toMatch(/forward\.protocol to "http"/);
  });

  test("nothing, while it still works on the request", async () => {
    const port = await tls((pair) => createServer(pair, open));
    expect(await probe("https", port, { timeoutMs: 500 })).toEqual({ kind: "silent" });
  });
});
