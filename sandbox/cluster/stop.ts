import { existsSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { SandboxError } from "../errors.ts";
import { containerProcesses, end, unescapeMount } from "../machine/processes.ts";
import { tryRun } from "../machine/run.ts";
import type { Paths } from "../paths.ts";
import { removeCgroups } from "./cgroups.ts";
import { networkName } from "./constants.ts";
import { layout } from "./layout.ts";
import { running } from "./running.ts";

const etcdGraceMs = 2000;

/**
 * Ends every process of the cluster and removes what containers leave behind, whatever state it is in. etcd's data, the
 * keys and the caches stay.
 */
export async function stopPrograms(paths: Paths): Promise<void> {
  const where = layout(paths);
  const { parts, others } = running(paths.cache);
  const etcd = parts.get("etcd");
  parts.delete("etcd");
  // By force: all but etcd keep nothing of worth, and asked nicely they take seconds.
  await end([...parts.values(), ...others], 0);
  await end(containerProcesses(where.containerd), 0);
  // A shim may have started another program while it ended.
  await end(running(paths.cache).others, 0);
  if (etcd !== undefined) await end([etcd], etcdGraceMs);
  await unmountBelow([paths.state, paths.run]);
  const { containerd, containerdState, containerdSocket, shims, runc, kubelet, kubeletRoot, cni, podLogs } = where;
  for (const folder of [
    ...[containerd, containerdState, containerdSocket, `${containerdSocket}.ttrpc`, shims, runc],
    // The link before what it points at.
    ...[...(kubeletRoot === kubelet ? [] : [kubeletRoot]), kubelet, cni, podLogs],
  ]) {
    rmSync(folder, { recursive: true, force: true });
  }
  removeLeftovers(paths);
  removeCgroups();
}

async function unmountBelow(folders: readonly string[]): Promise<void> {
  const mounts = mountsBelow(folders);
  if (mounts.length > 0) await tryRun("umount", ["--lazy", ...mounts]);
  // Removing a folder with a mount in it could remove what somebody's hostPath volume points at.
  const left = mountsBelow(folders);
  if (left.length === 0) return;
  throw new SandboxError(
    `Could not unmount ${left.join(", ")}. See why: umount ${left[0] ?? ""}; then run this again.`,
  );
}

/** The newest first, as a mount may lie on another. */
function mountsBelow(folders: readonly string[]): string[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .flatMap((line) => line.split(" ")[4] ?? [])
    .map(unescapeMount)
    .filter((point) => folders.some((folder) => point.startsWith(`${folder}/`)))
    .reverse();
}

/** What kubelet and the CNI library write to fixed places; their folders go too where nobody else's files are in them. */
function removeLeftovers(paths: Paths): void {
  const devices = "/var/lib/kubelet/device-plugins";
  for (const name of ["kubelet.sock", "kubelet_internal_checkpoint"]) rmSync(join(devices, name), { force: true });
  for (const name of list("/var/log/containers")) {
    const link = join("/var/log/containers", name);
    if (targetOf(link)?.startsWith(`${paths.state}/`) === true) rmSync(link, { force: true });
  }
  const results = "/var/lib/cni/results";
  // One file per container and network, the loopback's included, whose name does not say whose it is.
  const ofNetwork = new RegExp(`^${networkName}-([0-9a-f]+)-`);
  const containers = list(results).flatMap((name) => ofNetwork.exec(name)?.[1] ?? []);
  for (const name of list(results).filter((one) => containers.some((id) => one.includes(id)))) {
    rmSync(join(results, name), { force: true });
  }
  for (const folder of [devices, dirname(devices), "/var/log/containers", results, dirname(results)]) {
    if (existsSync(folder) && list(folder).length === 0) rmdirSync(folder);
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}
