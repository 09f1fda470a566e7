import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { SandboxError } from "../errors.ts";
import { run, tryRun } from "../machine/run.ts";
import { bridge, bridgeAddress, bridgePrefix, networkName, ports } from "./constants.ts";
import { removalOf } from "./rules.ts";

/** Settings of the machine that the cluster changes: its own, kubelet's and the CNI plugins'. */
const settings = [
  "net/ipv4/ip_forward",
  "vm/overcommit_memory",
  "vm/panic_on_oom",
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxkeys",
  "kernel/keys/root_maxbytes",
].map((name) => `/proc/sys/${name}`);

/** Where a firewall drops forwarded packets (Docker's does), Pods would reach nothing. */
const forwardRules = ["-i", "-o"].map((direction) => [
  "FORWARD",
  ...[direction, bridge, "-m", "comment", "--comment", networkName, "-j", "ACCEPT"],
]);

/** Pods hang on it: a new one does not have them. */
export function hasBridge(): boolean {
  return existsSync(`/sys/class/net/${bridge}`);
}

/** Makes the bridge and what goes with it; harmless where it is there already. */
export async function ensureNetwork(env: NodeJS.ProcessEnv): Promise<void> {
  await checkAddressIsFree(env);
  if (!hasBridge()) await run("ip", ["link", "add", bridge, "type", "bridge"], { env });
  await run("ip", ["addr", "replace", `${bridgeAddress}/${bridgePrefix}`, "dev", bridge], { env });
  await run("ip", ["link", "set", bridge, "up"], { env });
  writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
  for (const rule of forwardRules) {
    const present = await tryRun("iptables", ["-w", "-C", ...rule], { env });
    if (present.code !== 0) await run("iptables", ["-w", "-I", ...rule], { env });
  }
}

async function checkAddressIsFree(env: NodeJS.ProcessEnv): Promise<void> {
  const list = await run("ip", ["-o", "-4", "addr", "show"], { env });
  const prefix = `${bridgeAddress.split(".").slice(0, 3).join(".")}.`;
  const other = list
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .find(([, name, , address]) => name !== bridge && address?.startsWith(prefix) === true);
  if (other === undefined) return;
  throw new SandboxError(
    `The sandbox needs the addresses ${prefix}0/${bridgePrefix}, but interface ${other[1] ?? "?"} has ${other[3] ?? "?"}. ` +
      `Remove that interface (ip link del ${other[1] ?? "?"}), or use a cluster of yours with --context NAME.`,
  );
}

/** Removes the bridge, what hangs on it and the firewall rules of Kubernetes, the CNI plugins and ours. */
export async function removeNetwork(env: NodeJS.ProcessEnv): Promise<void> {
  for (const program of ["iptables", "ip6tables"]) {
    const save = await tryRun(`${program}-save`, [], { env });
    const removal = removalOf(save.stdout);
    if (removal !== "") await tryRun(`${program}-restore`, ["-w", "--noflush"], { env, input: removal });
  }
  const list = await tryRun("ip", ["-o", "link", "show", "master", bridge], { env });
  for (const name of list.stdout.matchAll(/^\d+: ([^:@\s]+)/gm)) {
    await tryRun("ip", ["link", "del", name[1] ?? ""], { env });
  }
  await tryRun("ip", ["link", "del", bridge], { env });
}

/** Remembers the machine's settings before the first start; `file` stays until they are restored. */
export function rememberSettings(file: string): void {
  if (existsSync(file)) return;
  const values = settings.filter((path) => existsSync(path)).map((path) => [path, readFileSync(path, "utf8").trim()]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(values)));
}

export function restoreSettings(file: string): void {
  if (!existsSync(file)) return;
  const values = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  for (const [path, value] of Object.entries(values)) writeFileSync(path, value);
}

/** Before the first program starts: a clear word instead of a part that dies at once. */
export async function checkPorts(): Promise<void> {
  for (const port of Object.values(ports)) {
    if (await isFree(port)) continue;
    throw new SandboxError(
      `The sandbox needs port ${port}, which another program has. See which: ss -ltnp 'sport = :${port}'. ` +
        "End it, or use a cluster of yours with --context NAME.",
    );
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const server = createServer();
    server.once("error", () => settle(false));
    server.listen(port, "127.0.0.1", () => server.close(() => settle(true)));
  });
}
