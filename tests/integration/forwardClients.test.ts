import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { type Certificate, selfSigned } from "./support/certificate.ts";
import { clientPods, filesFolder, restSeconds } from "./support/clientPods.ts";
import { CurlPod } from "./support/curlPod.ts";
import { goodbye, LiveServer } from "./support/liveServer.ts";
import { daemonOf, eventually } from "./support/machine.ts";
import { peakResidentBytes } from "./support/memory.ts";
import { kubectl, TestStack } from "./support/stack.ts";

const mebibyte = 1024 * 1024;
const uploadMebibytes = 1024;
const mostMebibytes = 200;
/** Of what is uploaded, the part that is asked for again. */
const range = { skipMebibytes: 500, mebibytes: 64 };
/** A machine with nothing else to do needs twenty seconds. */
const uploadMs = 300_000;
/** Whatever else takes longer hangs. */
const hangMs = 20_000;

interface Forwarded {
  url: string;
  podName: string;
}

describe("through the forwarded URL", () => {
  let stack: TestStack;
  let live: LiveServer;
  let curl: CurlPod;
  let tlsFiles: Certificate;
  let pods: Record<"web" | "h2c" | "tls" | "redis" | "lines", Forwarded>;

  beforeAll(async () => {
    live = await LiveServer.start();
    stack = await TestStack.create("");
    tlsFiles = await selfSigned(stack.folder);
    stack.write(clientPods(live.url, tlsFiles));
    [curl] = await Promise.all([CurlPod.start(stack.namespace), stack.up()]);
    pods = (await stack.outputs()) as typeof pods;
  });
  afterAll(async () => {
    await stack.remove();
    live.close();
  });

  const inPod = (podName: string, command: string): Promise<string> =>
    kubectl(["exec", "-n", stack.namespace, podName, "-c", "app", "--", "sh", "-euc", command]);

  test("curl makes several requests on one connection", async () => {
    const { url } = pods.web;
    const each = `-o /dev/null ${url}/`;
    const shown = await curl.run(`curl -sS -w '%{http_code} %{num_connects}\\n' ${each} ${each} ${each}`);
    expect(shown).toBe("200 1\n200 0\n200 0\n");
  });

  test("curl takes 1 GiB to the Pod and a range of it back, in little memory", { timeout: uploadMs }, async () => {
    const { url, podName } = pods.web;
    const file = `${filesFolder}/large`;
    const sent = await curl.run(uploadScript(url + file), { timeoutSeconds: uploadMs / 1000 });
    expect(await inPod(podName, `sha256sum < ${file}`)).toBe(sent);

    const { skipMebibytes, mebibytes } = range;
    const there = await inPod(podName, `dd if=${file} bs=1M skip=${skipMebibytes} count=${mebibytes} | sha256sum`);
    expect(await curl.run(rangeScript(url + file))).toBe(`206 ${mebibytes * mebibyte}\n${there}`);

    const daemon = daemonOf(stack.stateHome);
    expect(peakResidentBytes(daemon?.pid ?? 0) / mebibyte).toBeLessThanOrEqual(mostMebibytes);
  });

  test("server-sent events come one by one as they are sent, and the app is told when the client has gone", async () => {
    const response = await fetch(`${pods.web.url}/live/events`, { signal: AbortSignal.timeout(hangMs) });
    const events = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (const word of ["one", "two", "three"]) {
      live.send(word);
      expect((await events?.read())?.value).toBe(`data: ${word}\n\n`);
    }
    expect(live.listeners).toBe(1);
    await events?.cancel();
    expect(await eventually(() => live.listeners === 0, 30)).toBe(true);
  });

  test("a WebSocket carries text, bytes, and the code with which the app closes it", async () => {
    const socket = new WebSocket(`${pods.web.url}/live/socket`);
    const next = (event: string): Promise<unknown[]> => once(socket, event, { signal: AbortSignal.timeout(hangMs) });
    await next("open");
    const bytes = randomBytes(mebibyte);
    for (const message of ["hello", bytes, "hello again"]) {
      socket.send(message);
      expect(await next("message")).toEqual([Buffer.from(message), typeof message !== "string"]);
    }
    socket.send(goodbye.word);
    expect(await next("close")).toEqual([goodbye.code, Buffer.from(goodbye.reason)]);
  });

  test("HTTP/2 without TLS reaches an app that speaks nothing else, with many requests at once on one connection", async () => {
    const url = pods.h2c.url.replace("tcp:", "http:");
    const asked = `curl -sS --http2-prior-knowledge -o /dev/null -w '%{http_version} %{http_code}' ${url}/`;
    expect(await curl.run(asked)).toBe("2 200");
    const session = connectHttp2(url);
    const statuses = await Promise.all(Array.from({ length: 100 }, () => statusOf(session)));
    session.close();
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  test("TLS goes on to the app, so that clients check the app's own certificate and agree with it on HTTP/2", async () => {
    await curl.run(`cat > ca.pem <<'END'\n${tlsFiles.certificate}END\n`);
    const asked = `curl -sS --cacert ca.pem -o /dev/null -w '%{http_version} %{http_code}' ${pods.tls.url}/`;
    expect(await curl.run(asked)).toBe("2 200");
    expect(await curl.run(`${asked} --http1.1`)).toBe("1.1 200");
  });

  test("Redis answers thousands of commands sent at once, and its own client in the Pod sees what they did", async () => {
    const { url, podName } = pods.redis;
    const socket = connectTo(url);
    const answers = createInterface(socket);
    const counts: Record<string, number> = {};
    answers.on("line", (answer) => (counts[answer] = (counts[answer] ?? 0) + 1));
    socket.write("SET key value\r\n" + "PING\r\n".repeat(10_000) + "QUIT\r\n");
    await once(socket, "close");
    expect(counts).toEqual({ "+OK": 2, "+PONG": 10_000 });
    expect(await inPod(podName, "redis-cli GET key")).toBe("value\n");
  });

  test("a TCP app may speak first, is heard by a client that has ended its own side, and ends the connection", async () => {
    const socket = connectTo(pods.lines.url);
    const lines = createInterface(socket)[Symbol.asyncIterator]();
    const nextLine = async (): Promise<unknown> => (await lines.next()).value;
    expect(await nextLine()).toBe("hello");
    socket.write("one\n");
    expect(await nextLine()).toBe("again: one");
    socket.end("two\nquit\n");
    expect(await nextLine()).toBe("again: two");
    expect(await lines.next()).toMatchObject({ done: true });
  });

  test("an app that rests for half a minute gets all that clients send meanwhile, little or much", async () => {
    const sendTo = async (mebibytes: number): Promise<void> => {
      const socket = connectTo(pods.lines.url).setTimeout(restSeconds * 1000 + hangMs);
      const lines = createInterface(socket)[Symbol.asyncIterator]();
      expect((await lines.next()).value).toBe("hello");
      socket.write(`rest ${mebibytes * mebibyte}\n`);
      socket.write(Buffer.alloc(mebibytes * mebibyte));
      expect((await lines.next()).value).toBe(String(mebibytes * mebibyte));
      socket.end("quit\n");
      expect(await lines.next()).toMatchObject({ done: true });
    };
    await Promise.all([1, 8, 64].map(sendTo));
  });
});

function connectTo(url: string): Socket {
  const socket = connect(Number(new URL(url).port), "127.0.0.1").setTimeout(hangMs);
  return socket.once("timeout", () => socket.destroy(new Error("silence")));
}

/** Shows the checksum of what it sends. */
function uploadScript(url: string): string {
  return `
mkfifo copy
sha256sum < copy > sum &
head -c ${uploadMebibytes * mebibyte} /dev/urandom | tee copy | curl -fsS -T - ${url}
wait
cat sum`;
}

/** Shows status, length and checksum of what it gets. */
function rangeScript(url: string): string {
  const first = range.skipMebibytes * mebibyte;
  const last = first + range.mebibytes * mebibyte - 1;
  return `
curl -sS -r ${first}-${last} -o part -w '%{http_code} %{size_download}\\n' ${url}
sha256sum < part`;
}

function statusOf(session: ClientHttp2Session): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":path": "/" });
    let status: number | undefined;
    stream.once("response", (headers) => (status = headers[":status"]));
    stream.once("error", reject);
    stream.once("end", () => resolve(status));
    stream.resume();
  });
}
