import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { messageOf, SandboxError } from "../errors.ts";
import { startedAt } from "../machine/processes.ts";
import { run } from "../machine/run.ts";
import type { Paths } from "../paths.ts";
import { createApi } from "./api.ts";
import { ensureCgroups } from "./cgroups.ts";
import { allPass, apiCheck, etcdCheck, nodeChecks, serviceChecks, waitFor } from "./health.ts";
import { createLauncher } from "./launch.ts";
import { checkPorts, ensureNetwork, hasBridge, rememberSettings } from "./network.ts";
import { objects } from "./objects.ts";
import { type PartName, partNames } from "./parts.ts";
import { ensurePki, type Pki, readPki } from "./pki.ts";
import { inForce, type Plan, plan, type Programs, writeConfig, writePlan } from "./plan.ts";
import { running } from "./running.ts";
import { stopPrograms } from "./stop.ts";

/** Generous, as a machine may be busy with builds: what runs well is ready after 1, 3 and 3 s more. */
const storageTimeoutMs = 20_000;
const apiTimeoutMs = 60_000;
const readyTimeoutMs = 90_000;
/** What ran before needs no time; if it isn't well by then, it is started anew. */
const repairTimeoutMs = 20_000;
const imageImportTries = 3;

/** Whether all of it runs, from this plan, and works. */
export async function isHealthy(paths: Paths, programs: Programs): Promise<boolean> {
  const { processes, contents } = inForce(paths, plan(paths, programs));
  const live = running(paths.cache).parts;
  const kubelet = live.get("kubelet");
  if (!processes || !contents || kubelet === undefined || live.size < partNames.length) return false;
  const api = createApi(readPki(paths.pki));
  return allPass([apiCheck(api), ...nodeChecks(api, startedAt(kubelet)), ...serviceChecks]);
}

/** Starts what doesn't run, so that Pods live on; all of it anew where that can't be or doesn't help. */
export async function startCluster(paths: Paths, programs: Programs, report: (line: string) => void): Promise<void> {
  const wanted = plan(paths, programs);
  const podsCanStay = running(paths.cache).parts.has("containerd") && hasBridge() && inForce(paths, wanted).processes;
  if (podsCanStay) {
    try {
      await startPrograms(paths, wanted, repairTimeoutMs);
      return;
    } catch (error) {
      report(`restarting all of the cluster: ${firstLine(error)}`);
    }
  }
  await stopPrograms(paths);
  await checkPorts();
  try {
    await startPrograms(paths, wanted, readyTimeoutMs);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    await stopPrograms(paths);
    const aside = `${wanted.layout.etcd}.broken`;
    report(`starting with an empty cluster (the old data is in ${aside}): ${firstLine(error)}`);
    rmSync(aside, { recursive: true, force: true });
    if (existsSync(wanted.layout.etcd)) renameSync(wanted.layout.etcd, aside);
    await startPrograms(paths, wanted, readyTimeoutMs);
  }
}

function firstLine(error: unknown): string {
  return messageOf(error).split("\n")[0] ?? "";
}

/** Etcd, or the API server on top of it, does not come up. */
class StorageError extends SandboxError {}

async function startPrograms(paths: Paths, wanted: Plan, readyMs: number): Promise<void> {
  const env = programEnvironment(paths, wanted.programs);
  const { kubelet, kubeletRoot } = wanted.layout;
  for (const folder of [paths.logs, kubelet]) mkdirSync(folder, { recursive: true });
  if (!existsSync(kubeletRoot)) symlinkSync(kubelet, kubeletRoot);
  rememberSettings(settingsFile(paths));
  const [pki] = await Promise.all([ensurePki(paths.pki, env), ensureNetwork(env)]);
  ensureCgroups();
  const hasContents = inForce(paths, wanted).contents && running(paths.cache).parts.has("containerd");
  writeConfig(paths, wanted, pki);
  writePlan(paths, wanted, hasContents);
  const launcher = createLauncher(paths, env);
  const launch = (...names: PartName[]): void => {
    for (const name of names) launcher.launch(wanted.parts[name]);
  };
  launch("etcd", "containerd");
  const images = hasContents ? Promise.resolve() : importImages(wanted, env);
  // It is awaited below; a failure before that must not count as unhandled.
  images.catch(() => undefined);
  const api = createApi(pki);
  try {
    await waitFor([etcdCheck], storageTimeoutMs, launcher.dead);
    launch("kube-apiserver");
    await waitFor([apiCheck(api)], apiTimeoutMs, launcher.dead);
  } catch (error) {
    throw new StorageError(messageOf(error));
  }
  await images;
  launch("kubelet", "kube-controller-manager", "kube-scheduler", "kube-proxy", "coredns");
  const kubeletProcess = launcher.process("kubelet");
  const started = kubeletProcess === undefined ? new Date() : startedAt(kubeletProcess);
  const applied = { name: "weather service's Deployment", passes: () => applyObjects(pki) };
  await waitFor([applied, ...nodeChecks(api, started), ...serviceChecks], readyMs, launcher.dead);
  writePlan(paths, wanted, true);
}

async function applyObjects(pki: Pki): Promise<boolean> {
  const api = createApi(pki);
  for (const { path, object } of objects) await api.apply(path, object);
  return true;
}

async function importImages(wanted: Plan, env: NodeJS.ProcessEnv): Promise<void> {
  const socket = ["--address", wanted.layout.containerdSocket, "--namespace", "k8s.io"];
  const ctr = (...args: string[]) => run(join(wanted.programs.built, "ctr"), [...socket, ...args], { env });
  const answers = { name: "containerd", passes: () => ctr("version").then(() => true) };
  await waitFor([answers], storageTimeoutMs, () => undefined);
  for (let tries = 1; ; tries += 1) {
    try {
      await ctr("images", "import", "--local", wanted.programs.images);
      return;
    } catch (error) {
      if (tries === imageImportTries) throw error;
    }
  }
}

/** Nothing of the user's: what runs for days must hold none of the secrets that a shell may have. */
export function programEnvironment(paths: Paths, programs: Pick<Programs, "built" | "toolsBin">): NodeJS.ProcessEnv {
  const folders = [programs.toolsBin, programs.built, "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
  return { PATH: folders.join(":"), HOME: paths.state, TMPDIR: "/tmp", LC_ALL: "C" };
}

export function settingsFile(paths: Paths): string {
  return join(paths.state, "machine-settings.json");
}
