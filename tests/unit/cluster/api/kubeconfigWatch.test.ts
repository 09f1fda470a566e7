import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadKubeConfig } from "../../../../components/cluster/api/kubeconfig.ts";
import { KubeconfigWatch } from "../../../../components/cluster/api/kubeconfigWatch.ts";
import { execUser } from "../credentialPlugin.ts";
import { kubeconfig } from "../fakeCluster.ts";

const server = "https://127.0.0.1:1";
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "init-pod-watch-"));
  path = join(folder, "config");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function withPlugin(...args: string[]): string {
  return kubeconfig(server, execUser("plugin", { args }));
}

/** Of a kubeconfig with that content, once it has read it. */
async function watchOf(content: string): Promise<KubeconfigWatch> {
  writeFileSync(path, content);
  const watch = new KubeconfigWatch({ kubeconfigPath: path });
  await loadKubeConfig({ kubeconfigPath: path });
  expect(await watch.hasChanged()).toBe(false);
  return watch;
}

test.each([
  ["server", kubeconfig(server), kubeconfig(`${server}1`)],
  ["user's token", kubeconfig(server), kubeconfig(server, { token: "another" })],
  ["user's impersonation", kubeconfig(server), kubeconfig(server, { token: "a-token", as: "another" })],
  ["user's plugin", withPlugin(), withPlugin("--profile", "another")],
])("another %s is a change, once", async (_what, before, after) => {
  const watch = await watchOf(before);
  writeFileSync(path, after);
  expect(await watch.hasChanged()).toBe(true);
  expect(await watch.hasChanged()).toBe(false);
});

test("what the context does not lead to is none", async () => {
  const content = JSON.parse(kubeconfig(server)) as { users: object[] };
  const watch = await watchOf(JSON.stringify(content));
  content.users.push({ name: "another", user: { token: "another" } });
  writeFileSync(path, JSON.stringify(content));
  expect(await watch.hasChanged()).toBe(false);
});

test("a file that is half written, away, or can't be looked at for a moment is none, and what it says then may be one", async () => {
  const watch = await watchOf(kubeconfig(server));
  writeFileSync(path, kubeconfig(server).slice(0, 100));
  expect(await watch.hasChanged()).toBe(false);
  rmSync(path);
  expect(await watch.hasChanged()).toBe(false);
  symlinkSync(path, path);
  expect(await watch.hasChanged()).toBe(false);
  rmSync(path);
  writeFileSync(path, kubeconfig(`${server}1`));
  expect(await watch.hasChanged()).toBe(true);
});
