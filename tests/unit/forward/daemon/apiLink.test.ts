import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeDesired } from "../../../../components/forward/state/desired.ts";
import { readRecord } from "../../../../components/forward/state/record.ts";
import { loopbackCertificate } from "../../loopbackCertificate";
import type { FakeApi } from "../fakeApi";
import { ask, fakeApi, httpApp, requestFor, runDaemon, temporaryFolder, until } from "../helpers";

/** An API server that takes credentials, with a Ready Pod whose app answers with the Pod's name. */
async function serving(pod: string): Promise<FakeApi> {
  const api = await fakeApi(loopbackCertificate());
  const appPort = await httpApp((_request, response) => response.end(pod));
  api.setPod({ name: pod, uid: `uid-${pod}`, labels: { app: "web" }, ready: true, appPort });
  return api;
}

/** A daemon that forwards to the Pod `web-1`, and knows its cluster by a kubeconfig file. */
async function forwarding() {
  const folder = temporaryFolder();
  const api = await serving("web-1");
  const kubeconfigPath = join(folder, "..", "kubeconfig");
  writeFileSync(kubeconfigPath, api.kubeconfig);
  const request = await requestFor(api, { access: { kubeconfigPath } });
  const { key } = runDaemon(folder, request);
  const pod = (): string | undefined => readRecord(folder, key)?.pod?.name;
  await until(() => pod() === "web-1");
  return { folder, api, request, kubeconfigPath, port: request.localPort, pod };
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
