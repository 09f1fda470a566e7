import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { ApiProxy } from "../support/apiProxy/index.ts";
import { createAccounts } from "./support/documentedRole.ts";
import { daemonPid, shownForwards, stateFolderOf } from "./support/forward.ts";
import { type Answer, ask, steadyRequests, tally } from "./support/load.ts";
import { eventually } from "./support/machine.ts";
import { images, program } from "./support/programs.ts";
import { adminConfig, openProxy } from "./support/proxy.ts";
import { run } from "./support/run.ts";
import { kubectl, TestStack } from "./support/stack.ts";

const perSecond = 10;

/** Serves its version. */
const serving = (version: number): string =>
  program(`{
  init: [{
    image: "${images.busybox}",
    run: { script: "echo version ${version} > /usr/share/nginx/html/index.html", writes: ["/usr/share/nginx/html/index.html"] },
  }],
  container: { image: "${images.unprivileged}", port: 8080 },
}`);

describe("a forward whose daemon was stopped for longer than any of its timers, and lost its connections meanwhile", () => {
  /** Longer than a dial and the time between two pings may take. */
  const stoppedMs = 25_000;
  /** Short enough that no client gives up before the daemon goes on. */
  const lastAskedMs = 5_000;
  const folder = mkdtempSync(join(tmpdir(), "init-pod-link-"));
  let proxy: ApiProxy;
  let stack: TestStack;

  beforeAll(async () => {
    const opened = await openProxy(folder);
    proxy = opened.proxy;
    stack = await TestStack.create(serving(1), { env: { KUBECONFIG: opened.kubeconfig } });
    await stack.up();
  });
  afterAll(async () => {
    await stack.remove();
    proxy.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("serves all who asked since, and follows the Pod as before", async () => {
    const url = await stack.output("url");
    const pid = daemonPid(stateFolderOf(stack));
    expect(tally([await ask(url)])).toEqual({ app: 1 });
    process.kill(pid, "SIGSTOP");
    expect(proxy.lose()).toBeGreaterThan(0);
    await sleep(stoppedMs - lastAskedMs);
    const stop = steadyRequests(url, perSecond);
    await sleep(lastAskedMs);
    process.kill(pid, "SIGCONT");
    await sleep(2_000);
    const { app = 0, ...others } = tally(await stop());
    expect(others).toEqual({});
    expect(app).toBeGreaterThan((perSecond * lastAskedMs) / 2_000);

    stack.write(serving(2));
    await stack.up();
    expect((await ask(url)).text).toBe("version 2\n");
    expect(daemonPid(stateFolderOf(stack))).toBe(pid);
  });

  test("goes on at the address that its kubeconfig names next, as after a restart of kind or minikube", async () => {
    const url = await stack.output("url");
    const pid = daemonPid(stateFolderOf(stack));
    const moved = await openProxy(folder);
    proxy.close();
    proxy = moved.proxy;
    expect(await eventually(async () => tally([await ask(url)]).app === 1, 15)).toBe(true);
    stack.write(serving(3));
    await stack.up();
    expect(await (await fetch(url)).text()).toContain("version 3");
    expect(daemonPid(stateFolderOf(stack))).toBe(pid);
  });
});

describe("a forward whose credentials come from a plugin", () => {
  const folder = mkdtempSync(join(tmpdir(), "init-pod-plugin-"));
  const kubeconfig = join(folder, "kubeconfig");
  const tokenFile = join(folder, "token");
  /** Where this file is, the daemon is given a token that was never valid, once. */
  const trap = join(folder, "trap");
  const accounts = ["first", "second", "third"] as const;
  let stack: TestStack;
  let tokens: Record<string, string>;
  let url: string;
  let pid: number;

  beforeAll(async () => {
    stack = await TestStack.create(serving(1), { env: { KUBECONFIG: kubeconfig } });
    await createAccounts(stack.namespace, folder, accounts);
    tokens = Object.fromEntries(await Promise.all(accounts.map(async (name) => [name, await tokenOf(name)] as const)));
    const plugin = join(folder, "plugin");
    // Says no when it expires, as many do not.
    const credential = `{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}`;
    const script = `#!/bin/sh
set -e
token=$(cat '${tokenFile}')
if [ -e '${trap}' ] && grep -q init-pod-forward /proc/$PPID/cmdline; then
  rm '${trap}'
  token=garbage
fi
printf '${credential}' "$token"
`;
    writeFileSync(plugin, script, { mode: 0o755 });
    const admin = await adminConfig<{ clusters: { cluster: object }[] }>();
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: plugin, interactiveMode: "Never" };
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        "current-context": "plugin",
        clusters: [{ name: "cluster", cluster: admin.clusters[0]?.cluster }],
        users: [{ name: "user", user: { exec } }],
        contexts: [{ name: "plugin", context: { cluster: "cluster", user: "user" } }],
      }),
    );
    handOut("first");
    await stack.up();
    url = await stack.output("url");
    pid = daemonPid(stateFolderOf(stack));
  });
  afterAll(async () => {
    handOut("third");
    await stack.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function tokenOf(account: string): Promise<string> {
    return (await kubectl(["create", "token", account, "-n", stack.namespace])).trim();
  }

  function handOut(account: (typeof accounts)[number]): void {
    writeFileSync(tokenFile, tokens[account] ?? "");
  }

  /** Returns when the API server takes an account's token no longer. */
  async function invalidate(account: (typeof accounts)[number]): Promise<void> {
    await kubectl(["delete", "serviceaccount", account, "-n", stack.namespace]);
    const empty = join(folder, "empty");
    writeFileSync(empty, "");
    const admin = await adminConfig<{ clusters: { cluster: { server: string } }[] }>();
    const target = [`--server=${admin.clusters[0]?.cluster.server}`, "--insecure-skip-tls-verify"];
    const isRefused = await eventually(async () => {
      const who = ["auth", "whoami", `--kubeconfig=${empty}`, ...target, `--token=${tokens[account]}`];
      return /Unauthorized|logged in/.test((await run("kubectl", who)).output);
    }, 60);
    expect(isRefused).toBe(true);
  }

  test("fails no request when the API server takes the token no longer and the plugin has a new one", async () => {
    const stop = steadyRequests(url, perSecond);
    handOut("second");
    await invalidate("first");
    await sleep(3_000);
    const { app = 0, ...others } = tally(await stop());
    expect(others).toEqual({});
    expect(app).toBeGreaterThan(perSecond);
    expect(daemonPid(stateFolderOf(stack))).toBe(pid);
  });

  test("says so while the plugin gives no credentials, and serves again by itself once it does", async () => {
    rmSync(tokenFile);
    await invalidate("second");
    // Clients that stay take up what is open to the node, which needs no credentials any more, until one needs a new way.
    const agents = Array.from({ length: 32 }, () => new Agent({ keepAlive: true }));
    onTestFinished(() => agents.forEach((agent) => agent.destroy()));
    let refused: Answer | undefined;
    for (const agent of agents) {
      const answer = await ask(url, { agent });
      if (tally([answer]).app === 1) continue;
      refused = answer;
      break;
    }
    expect(tally(refused ? [refused] : [])).toEqual({ forwarder: 1 });
    expect(refused?.text).toContain(`credential plugin ${join(folder, "plugin")}`);
    handOut("third");
    expect(await eventually(async () => tally([await ask(url)]).app === 1, 30)).toBe(true);
    expect(daemonPid(stateFolderOf(stack))).toBe(pid);
    expect(await eventually(async () => (await shownForwards(stack))[0]?.state === "forwarding", 30)).toBe(true);
  });

  test("asks the plugin anew where its first token is refused, and follows the Pod that the next `up` makes", async () => {
    process.kill(pid, "SIGKILL");
    writeFileSync(trap, "");
    stack.write(serving(2));
    await stack.up();
    expect(existsSync(trap)).toBe(false);
    expect((await ask(url)).text).toBe("version 2\n");
  });
});
