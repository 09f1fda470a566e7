import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ClusterClient } from "../../../../components/cluster/api/client.ts";
import { ClusterSession } from "../../../../components/cluster/pods/session.ts";
import { ApiProxy, type FlatKubeconfig, hold, refuse as refusal } from "../../../support/apiProxy/index.ts";
import { loopbackCertificate } from "../../loopbackCertificate.ts";
import { FakeCluster, kubeconfig, namespace } from "../fakeCluster.ts";

async function sessionWith({ busy = 15_000, user }: { busy?: number; user?: object } = {}) {
  const cluster = await FakeCluster.start();
  // With TLS: no credentials are sent without.
  const { cert: certificate, key } = loopbackCertificate();
  const config = JSON.parse(kubeconfig(cluster.url, user)) as FlatKubeconfig;
  const proxy = await ApiProxy.before(config, { own: { certificate, key } });
  const client = await ClusterClient.connect({ kubeconfig: proxy.kubeconfig });
  onTestFinished(async () => {
    client.close();
    proxy.close();
    await cluster.stop();
  });
  cluster.set("web", { phase: "Running" });
  const lines: string[] = [];
  const patience = { busy, unreachable: 3_000, refused: 3_000 };
  const session = new ClusterSession(client, "a=b", (line) => lines.push(line), patience);
  return { cluster, proxy, session, lines };
}

async function errorOf(session: ClusterSession, action: Promise<unknown>): Promise<Error> {
  const error: unknown = await action.then(
    () => undefined,
    (reason: unknown) => session.named(reason),
  );
  if (!(error instanceof Error)) throw new Error("no error");
  return error;
}

describe("the first requests of a program", () => {
  test.each([
    [503, "apiserver is starting"],
    [500, "etcdserver: leader changed"],
    [429, "too many requests"],
    [401, "Unauthorized"],
  ])("are made again where the answer is %i (%s) at first", async (status, message) => {
    const { proxy, session } = await sessionWith();
    // The second one within a request is the one with renewed credentials.
    proxy.when("*", refusal(status, message), { times: 3 });
    expect(await session.podsAtStart(namespace)).toHaveLength(1);
  });

  test("are made again where nothing listens at first", async () => {
    const { cluster, session } = await sessionWith();
    await cluster.stop();
    const asked = session.podsAtStart(namespace);
    setTimeout(() => void cluster.listen(), 500);
    expect(await asked).toHaveLength(1);
  });

  test("wait for as long as the server says, and are told in one line", async () => {
    const { proxy, session, lines } = await sessionWith();
    const rule = proxy.when("*", refusal(429, "too many requests", { "retry-after": "1" }), { times: 4 });
    const start = performance.now();
    await Promise.all([session.reach(namespace), session.podsAtStart(namespace)]);
    expect(performance.now() - start).toBeGreaterThan(3_950);
    expect([rule.hits.length, proxy.exchanges.length]).toEqual([4, 5]);
    expect(lines).toEqual([expect.stringMatching(/^The API server https:\S+ \(context "fake"\) .*too many requests$/)]);
  });

  test("are answered where their first connections hang and a fresh one does not", async () => {
    const { proxy, session } = await sessionWith();
    const rule = proxy.when("list pods", hold(), { times: 2 });
    await session.reach(namespace);
    expect(rule.hits).toHaveLength(2);
  });

  test.each([
    [503, "apiserver is starting"],
    [429, "too many requests"],
  ])("fail in the end with an error that names server and context: %i", async (status, message) => {
    const { proxy, session } = await sessionWith({ busy: 500 });
    proxy.when("*", refusal(status, message));
    const error = await errorOf(session, session.reach(namespace));
    expect(error.message).toBe(`${message} (API server ${proxy.server}, context "fake")`);
    await expect(session.uid()).rejects.toThrow(message);
  });

  test("are not made again where the answer is final, nor waited for where there is none for long", async () => {
    const { cluster, session } = await sessionWith();
    cluster.forbidden.add("list pods");
    const error = await errorOf(session, session.podsAtStart(namespace));
    expect(error.message).toMatch(/forbidden.*\(API server https:\S+, context "fake"\)$/);
    expect(cluster.requests).toHaveLength(1);
    await session.reach(namespace);
  });
});

test("credentials that are refused for good are one error, that says whose they are, after few runs of their plugin", async () => {
  const folder = mkdtempSync(join(tmpdir(), "init-pod-plugin-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [command, runs] = [join(folder, "plugin"), join(folder, "runs")];
  const credential = `{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}`;
  writeFileSync(command, `#!/bin/sh\necho run >> '${runs}'\necho '${credential}'\n`, { mode: 0o755 });
  const exec = { apiVersion: "client.authentication.k8s.io/v1", command, interactiveMode: "Never" };
  const { proxy, session } = await sessionWith({ user: { exec } });
  const rule = proxy.when("*", refusal(401, "Unauthorized"));
  const asked = [session.reach(namespace), session.podsAnywhere({ a: "b" }), session.podsAtStart("other")];
  const errors = await Promise.all(asked.map((action) => errorOf(session, action)));
  expect(new Set(errors).size).toBe(1);
  expect(errors[0]?.message).toContain(`(API server ${proxy.server}, context "fake"): Unauthorized`);
  expect(errors[0]?.message).toContain("Log in anew");
  // One more after each 5 s, as this plugin does not say for how long its token holds.
  expect(readFileSync(runs, "utf8").trim().split("\n").length).toBeLessThanOrEqual(5);
  rule.remove();
  expect(await session.podsAtStart("another")).toHaveLength(1);
});
