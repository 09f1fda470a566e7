import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { ClusterClient } from "../../../components/cluster/api/client.ts";
import { PodDialer } from "../../../components/forward/tunnel/podDialer.ts";
import {
  ApiProxy,
  delay,
  type FlatKubeconfig,
  hangUp,
  hold,
  pass,
  type ProxySettings,
  refuse,
  replaying,
} from "../../support/apiProxy/index.ts";
import { FakeCluster, kubeconfig, stages, until } from "../cluster/fakeCluster.ts";
import { fakeApi, tcpApp } from "../forward/helpers";

async function proxyBefore(url: string, settings?: ProxySettings) {
  const proxy = await ApiProxy.before(JSON.parse(kubeconfig(url)) as FlatKubeconfig, settings);
  onTestFinished(() => proxy.close());
  const client = await ClusterClient.connect({ kubeconfig: proxy.kubeconfig });
  onTestFinished(() => client.close());
  return { proxy, client };
}

async function proxied(settings?: ProxySettings) {
  const cluster = await FakeCluster.start();
  onTestFinished(() => cluster.stop());
  cluster.set("web", stages.first);
  cluster.logs.set("first", ["one", "two", "three"]);
  return { cluster, ...(await proxyBefore(cluster.url, settings)) };
}

const pods = "/api/v1/namespaces/shop/pods";
const log = `${pods}/web/log`;

/** What of a body has come, and how it ended, if it did within a moment. */
async function readFrom(client: ClusterClient, path: string, query: Record<string, string | boolean> = {}) {
  const got = { text: "", end: "open" };
  const response = await client.stream(path, { query, timeoutMs: 5_000 });
  onTestFinished(() => void response.destroy());
  response.on("data", (chunk: Buffer) => (got.text += chunk.toString()));
  response.on("end", () => (got.end = "whole")).on("error", () => (got.end = "broken"));
  await sleep(200);
  return got;
}

function selfSigned(): { certificate: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), "init-pod-proxy-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const subject = ["-subj", "/CN=api", "-addext", "subjectAltName=IP:127.0.0.1"];
  const kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
  execFileSync("openssl", [...kind, ...subject, "-keyout", key, "-out", certificate], { stdio: "ignore" });
  return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
}

describe("the scripted proxy", () => {
  test("passes all on by TLS, and tells what was asked", async () => {
    const { cluster, proxy, client } = await proxied({ own: selfSigned(), context: "proxied" });
    expect([proxy.server.slice(0, 8), client.context]).toEqual(["https://", "proxied"]);
    expect(await client.json(`${pods}/web`)).toMatchObject({ metadata: { name: "web" } });
    const watch = await readFrom(client, pods, { watch: true, resourceVersion: "0" });
    cluster.set("web", stages.ready);
    await until(() => watch.text.split("\n").length === 3);
    expect(proxy.exchanges.map(({ asked, status }) => `${String(asked)} ${status}`)).toEqual([
      "get pods 200",
      "watch pods 200",
    ]);
    expect(proxy.open("watch pods")).toHaveLength(1);
    expect(cluster.tokens).toEqual(["Bearer a-token", "Bearer a-token"]);
  });

  test("does what the first rule says that holds, for as many requests as it says", async () => {
    const { cluster, proxy, client } = await proxied();
    const rule = proxy.when("list pods", refuse(503, "starting"), { times: 1, after: 1 });
    proxy.when("get pods web", refuse(429, "slowly", { "retry-after": "1" }), {
      where: ({ query }) => query.size === 0,
    });
    await client.json(pods);
    await expect(client.json(pods)).rejects.toThrow("starting");
    await client.json(pods);
    expect(rule.hits).toHaveLength(1);
    await expect(client.json(`${pods}/web`)).rejects.toThrow("slowly");
    expect(await client.json(`${pods}/web`, { query: { pretty: true } })).toMatchObject({ metadata: { name: "web" } });
    expect(cluster.count(/get pods/)).toBe(1);
  });

  test("delays, hangs up and holds", async () => {
    const { proxy, client } = await proxied();
    const rules = [proxy.when("list pods", delay(300))];
    const start = performance.now();
    await client.json(pods);
    expect(performance.now() - start).toBeGreaterThan(290);
    rules.pop()?.remove();
    rules.push(proxy.when("list pods", hangUp()));
    await expect(client.json(pods)).rejects.toThrow();
    rules.pop()?.remove();
    proxy.when("list pods", hold());
    await expect(client.json(pods, { timeoutMs: 200 })).rejects.toThrow("no answer within 0.2 s");
  });

  test.each(["silence", "cut", "end"] as const)("lets an answer come to %s after some lines", async (then) => {
    const { proxy, client } = await proxied();
    proxy.when("get pods/log", pass({ until: { lines: 2 }, then }));
    const got = await readFrom(client, log, { container: "first" });
    expect(got).toEqual({ text: "one\ntwo\n", end: { silence: "open", cut: "broken", end: "whole" }[then] });
  });

  test("alters lines and objects", async () => {
    const { proxy, client } = await proxied();
    proxy.when("get pods/log", pass({ line: (line) => (line === "two" ? undefined : [line, `${line}!`]) }));
    proxy.when("list pods", pass({ json: (body: { items: unknown[] }) => ({ ...body, items: [] }) }));
    expect((await readFrom(client, log, { container: "first" })).text).toBe("one\none!\nthree\nthree!\n");
    expect(await client.json(pods)).toMatchObject({ items: [] });
  });

  test("replays events, and takes a hand in what is under way", async () => {
    const { cluster, proxy, client } = await proxied();
    proxy.when("watch pods", pass({ line: replaying() }));
    const got = await readFrom(client, pods, { watch: true, resourceVersion: "0" });
    cluster.set("web", stages.ready);
    const versions = (): string[] => [...got.text.matchAll(/"resourceVersion":"(\d+)"/g)].map(([, one = ""]) => one);
    await until(() => versions().length === 3);
    expect(versions()).toEqual(["101", "102", "101"]);
    await proxy.open("watch pods")[0]?.inject("mine");
    proxy.open("watch pods")[0]?.end();
    await until(() => got.end === "whole");
    expect(got.text.endsWith("mine\n")).toBe(true);
    expect(cluster.openWatches).toBe(0);
  });

  test("passes nothing for a while, and moves to another port with its kubeconfig", async () => {
    const { proxy, client } = await proxied();
    const folder = mkdtempSync(join(tmpdir(), "init-pod-proxy-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "kubeconfig");
    proxy.writeKubeconfig(file);
    const cut = proxy.cut(500);
    await expect(client.json(pods, { timeoutMs: 200 })).rejects.toThrow("no answer");
    await cut;
    await client.json(pods);
    const before = proxy.server;
    await proxy.move();
    expect(proxy.server).not.toBe(before);
    expect(readFileSync(file, "utf8")).toContain(proxy.server);
    await expect(client.json(pods)).rejects.toThrow("ECONNREFUSED");
  });

  test.each([false, true])("passes upgrades on, where SPDY is refused: %s", async (refusesSpdy) => {
    const api = await fakeApi();
    api.refusesSpdy = refusesSpdy;
    const appPort = await tcpApp((socket) => socket.on("error", () => undefined).pipe(socket));
    api.setPod({ name: "web", uid: "uid", labels: {}, ready: true, appPort });
    const { proxy } = await proxyBefore(api.url);
    const dialer = new PodDialer(
      (dial) => dial(proxy.server, { headers: {} }),
      () => undefined,
    );
    onTestFinished(() => dialer.close());
    const connection = await dialer.connect({ namespace: "default", pod: "web", uid: "uid", port: 80 });
    const heard: string[] = [];
    connection.attach({
      data: (part) => heard.push(part.toString()),
      drained: () => undefined,
      ended: ({ kind }) => heard.push(kind),
    });
    connection.write(Buffer.from("hello"));
    await until(() => heard.length === 1);
    expect(heard).toEqual(["hello"]);
    const tunnels = proxy.open("* pods/portforward");
    expect(new Set(tunnels.map(({ status }) => status))).toEqual(new Set([101]));
    for (const tunnel of tunnels) tunnel.cut();
    await until(() => heard.length === 2);
  });
});
