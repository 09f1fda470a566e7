import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeDesired } from "../../../../components/forward/state/desired.ts";
import { readRecord } from "../../../../components/forward/state/record.ts";
import { delay } from "../../../../components/time/delay.ts";
import { loopbackCertificate } from "../../loopbackCertificate";
import type { FakeApi } from "../fakeApi";
import { ask, fakeApi, freePort, httpApp, requestFor, runDaemon, temporaryFolder, until } from "../helpers";

/** An API server that takes credentials, with a Ready Pod whose app answers with the Pod's name. */
async function serving(pod: string): Promise<FakeApi> {
  const api = await fakeApi(loopbackCertificate());
  const appPort = await httpApp((_request, response) => response.end(pod));
  api.setPod({ name: pod, uid: `uid-${pod}`, labels: { app: "web" }, ready: true, appPort });
  return api;
}

/** A daemon that forwards to the Pod `web-1`, and knows its cluster by a kubeconfig file. */
async function forwarding(clusterUid?: string) {
  const folder = temporaryFolder();
  const api = await serving("web-1");
  api.clusterUid = clusterUid;
  const kubeconfigPath = join(folder, "..", "kubeconfig");
  writeFileSync(kubeconfigPath, api.kubeconfig);
  const request = await requestFor(api, { access: { kubeconfigPath } });
  const { key } = runDaemon(folder, request, { poll: 100, hold: 500 });
  const error = (): string | undefined => readRecord(folder, key)?.error;
  const pod = (): string | undefined => readRecord(folder, key)?.pod?.name;
  await until(() => pod() === "web-1");
  return { folder, api, request, kubeconfigPath, port: request.localPort, pod, error };
}

test("new credentials of the kubeconfig are taken once the API server takes the old ones no longer", async () => {
  const { api, kubeconfigPath, port } = await forwarding();
  api.token = "new";
  writeFileSync(kubeconfigPath, api.kubeconfigWith("new"));
  api.cut();
  expect((await ask(port)).body).toBe("web-1");
});

test("new credentials that are for another API server lead there, without a failed request", async () => {
  const { api, kubeconfigPath, port, pod } = await forwarding();
  const other = await serving("web-1");
  other.token = "new";
  writeFileSync(kubeconfigPath, other.kubeconfigWith("new"));
  api.token = "new";
  // The daemon hears it from a tunnel first: the watch goes on.
  const upgrades = (): number => other.requests.filter((line) => line.startsWith("UPGRADE")).length;
  api.nodes.forEach((node) => node.vanish());
  expect((await ask(port)).body).toBe("web-1");
  expect(upgrades()).toBeGreaterThan(0);
  other.setPod({ name: "web-2", uid: "uid-2", labels: { app: "web" }, ready: true, appPort: 1 });
  await until(() => pod() === "web-2");
});

test("new credentials that are for another API server lead there, though no client asks", async () => {
  const { api, kubeconfigPath, pod } = await forwarding();
  const other = await serving("web-2");
  other.token = "new";
  writeFileSync(kubeconfigPath, other.kubeconfigWith("new"));
  api.token = "new";
  api.cut();
  await until(() => pod() === "web-2");
});

test("a cluster that was made anew, under its old name at another address, is found once an `up` wants a forward there", async () => {
  const { folder, api, request, kubeconfigPath, pod, port } = await forwarding();
  await api.stop();
  const other = await serving("web-2");
  writeFileSync(kubeconfigPath, other.kubeconfig);
  writeDesired(folder, { ...request, server: other.url }, "1.0.0");
  await until(() => pod() === "web-2");
  expect((await ask(port)).body).toBe("web-2");
});

describe("a kubeconfig that has changed", () => {
  test("is followed to the server's new address, though no `up` tells of it", async () => {
    const { api, kubeconfigPath, port, pod } = await forwarding("cluster");
    await api.stop();
    await api.start();
    writeFileSync(kubeconfigPath, api.kubeconfig);
    const appPort = await httpApp((_request, response) => response.end("web-2"));
    api.setPod({ name: "web-2", uid: "uid-2", labels: { app: "web" }, ready: true, appPort });
    await until(() => pod() === "web-2", 5_000);
    expect((await ask(port)).body).toBe("web-2");
  });

  test("is followed though the old address still answers, once it can be read", async () => {
    const { kubeconfigPath, port, pod } = await forwarding("cluster");
    const other = await serving("web-2");
    other.clusterUid = "cluster";
    writeFileSync(kubeconfigPath, other.kubeconfig.slice(0, 100));
    await delay(300);
    expect((await ask(port)).body).toBe("web-1");
    writeFileSync(kubeconfigPath, other.kubeconfig);
    await until(() => pod() === "web-2", 5_000);
    expect((await ask(port)).body).toBe("web-2");
  });

  test("is not followed to another cluster, which is said, and is from there back to the old one", async () => {
    const { api, kubeconfigPath, port, pod, error } = await forwarding("cluster");
    const other = await serving("web-2");
    other.clusterUid = "another";
    writeFileSync(kubeconfigPath, other.kubeconfig);
    await until(() => error()?.includes("leads to another cluster") === true, 5_000);
    expect(error()).toContain(other.url);
    expect(pod()).not.toBe("web-2");
    writeFileSync(kubeconfigPath, api.kubeconfig);
    await until(() => error() === undefined, 10_000);
    expect((await ask(port)).body).toBe("web-1");
  });

  test("that can't be looked at disturbs neither its own forward, which is followed once it can, nor a new one", async () => {
    const { folder, request, kubeconfigPath, port, pod } = await forwarding("cluster");
    const other = await serving("web-2");
    other.clusterUid = "cluster";
    rmSync(kubeconfigPath);
    symlinkSync(kubeconfigPath, kubeconfigPath);
    const { key } = writeDesired(
      folder,
      { ...request, id: "new-0123456789", clusterUid: "", localPort: await freePort() },
      "1.0.0",
    );
    await until(() => readRecord(folder, key) !== undefined);
    await delay(300);
    expect((await ask(port)).body).toBe("web-1");
    rmSync(kubeconfigPath);
    writeFileSync(kubeconfigPath, other.kubeconfig);
    await until(() => pod() === "web-2", 5_000);
  });

  test("costs nothing where it says the same of the forward's context", async () => {
    const { api, kubeconfigPath } = await forwarding("cluster");
    await until(() => api.requests.some((line) => line.includes("watch=true")));
    const before = api.requests.length;
    writeFileSync(kubeconfigPath, JSON.stringify({ ...(JSON.parse(api.kubeconfig) as object), preferences: {} }));
    await delay(500);
    expect(api.requests.slice(before).filter((line) => line.startsWith("GET"))).toEqual([]);
  });
});
