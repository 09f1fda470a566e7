import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildBinaries, builtBinaries } from "./build.ts";
import { contextName, weatherUrl } from "./cluster/constants.ts";
import { removeNetwork, restoreSettings } from "./cluster/network.ts";
import { takeOver } from "./cluster/owner.ts";
import type { Programs } from "./cluster/plan.ts";
import { isHealthy, programEnvironment, settingsFile, startCluster } from "./cluster/start.ts";
import { stopPrograms } from "./cluster/stop.ts";
import { writeCommands } from "./commands.ts";
import { findEngine } from "./engine.ts";
import { environment, type Setup, writeSetup } from "./environment.ts";
import { prepareImages } from "./images/images.ts";
import { imageNames } from "./images/recipes.ts";
import { installHosts } from "./languages/hosts.ts";
import { createApt, removeDownloads } from "./machine/apt.ts";
import { withLock } from "./machine/lock.ts";
import { type Paths, paths } from "./paths.ts";
import { checkPreconditions, checkRoot } from "./preconditions.ts";
import { createProgress, type Progress } from "./progress.ts";
import { installPlugins } from "./providers/install.ts";
import { prepareTools, toolPackages } from "./tools.ts";

export { environment } from "./environment.ts";
export { SandboxError } from "./errors.ts";
export { status } from "./status.ts";

/** A running sandbox: a Pulumi engine and a one-node cluster. */
export interface Sandbox {
  kubeconfig: string;
  context: string;
  /** All that it wrote, but for sockets and the machine's network. */
  folder: string;
  /** Variables with which pulumi, kubectl and init-pod work on it. */
  environment: Record<string, string>;
  pulumi: string;
  providers: Setup["providers"];
  images: typeof imageNames;
  /** The tutorial's weather API, as Pods reach it. */
  weatherUrl: string;
  /** What this `up` took, by part; they overlap, so `total` is not their sum. */
  seconds: Record<"tools" | "build" | "images" | "cluster" | "plugins" | "total", number>;
}

export interface UpOptions {
  /** Gets every line of progress instead of the terminal. */
  report?: (line: string) => void;
}

/** Sets up what is missing, starts what does not run, and returns when Pods can be created. */
export async function up(options: UpOptions = {}): Promise<Sandbox> {
  const where = paths();
  const progress = createProgress(options.report);
  const line = (text: string): void => progress.line(text);
  try {
    const ownEngine = await findEngine(where);
    const { go } = await checkPreconditions(builtBinaries(where, ownEngine === undefined) === undefined);
    return await withLock(where.run, "sandbox up", line, async () => {
      await takeOver(where, line);
      return await upAlone(where, { go, ownEngine }, progress);
    });
  } finally {
    progress.close();
  }
}

async function upAlone(
  where: Paths,
  { go, ownEngine }: { go: string; ownEngine: string | undefined },
  progress: Progress,
): Promise<Sandbox> {
  const started = performance.now();
  const seconds: Sandbox["seconds"] = { tools: 0, build: 0, images: 0, cluster: 0, plugins: 0, total: 0 };
  const timed = async <T>(part: Exclude<keyof typeof seconds, "total">, work: () => Promise<T>): Promise<T> => {
    const from = performance.now();
    const result = await work();
    seconds[part] = secondsSince(from);
    return result;
  };
  const downloads = join(where.cache, "downloads");
  const apt = createApt(downloads, progress.line.bind(progress));
  const toolsAndImages = async () => {
    const tools = await timed("tools", () =>
      shown(progress, "tools", `unpacking ${toolPackages.join(", ")}`, () => prepareTools(where.tools, apt)),
    );
    const images = await timed("images", () =>
      shown(progress, "images", "packing images", () => prepareImages(where.images, apt)),
    );
    return { tools, images };
  };
  const build = timed("build", async () => {
    const task = progress.task("build");
    const result = await buildBinaries(go, where, ownEngine === undefined, task);
    task.done(result.made ? "Kubernetes, containerd, CoreDNS and Pulumi" : "already built");
    return result;
  });
  const [{ tools, images }, binaries] = await Promise.all([toolsAndImages(), build]);
  removeDownloads(downloads);
  const programs: Programs = {
    built: binaries.folder,
    toolsBin: tools.bin,
    cniPlugins: tools.cniPlugins,
    images: images.archive,
  };
  writeCommands(where, programs.built);
  const pulumi = ownEngine ?? join(where.bin, "pulumi");
  if (ownEngine === undefined) installHosts(where, pulumi);
  const cluster = timed("cluster", () => startUnlessHealthy(where, programs, progress));
  const plugins = timed("plugins", () => installedProviders(where, pulumi, progress));
  const [, providers] = await Promise.all([cluster, plugins]);
  seconds.total = secondsSince(started);
  writeSetup(where, { pulumi, providers, seconds });
  return {
    kubeconfig: where.kubeconfig,
    context: contextName,
    folder: where.cache,
    environment: environment(where),
    pulumi,
    providers,
    images: imageNames,
    weatherUrl,
    seconds,
  };
}

async function shown<T extends { made: boolean }>(
  progress: Progress,
  name: string,
  note: string,
  work: () => Promise<T>,
): Promise<T> {
  const task = progress.task(name);
  task.update(undefined, note);
  const result = await work();
  task.done(result.made ? undefined : "already there");
  return result;
}

async function startUnlessHealthy(where: Paths, programs: Programs, progress: Progress): Promise<void> {
  const task = progress.task("cluster");
  if (await isHealthy(where, programs)) {
    task.done("already running");
    return;
  }
  task.update(undefined, "starting Kubernetes");
  await startCluster(where, programs, progress.line.bind(progress));
  task.done(`context ${contextName}`);
}

async function installedProviders(where: Paths, pulumi: string, progress: Progress): Promise<Setup["providers"]> {
  const task = progress.task("plugins");
  mkdirSync(where.pulumiHome, { recursive: true });
  mkdirSync(where.pulumiState, { recursive: true });
  const providers = await installPlugins({
    pulumi,
    pulumiHome: where.pulumiHome,
    report: (text) => progress.line(text),
  });
  task.done(`kubernetes: ${providers.kubernetes}, random: ${providers.random}`);
  return providers;
}

/** Stops all of it; with `all`, removes all that it made too. */
export async function down(all: boolean, report: (line: string) => void): Promise<void> {
  checkRoot();
  const where = paths();
  await withLock(where.run, "sandbox down", report, async () => {
    await takeOver(where, report);
    const built = builtBinaries(where, false) ?? where.built;
    const toolFolders = existsSync(where.tools) ? readdirSync(where.tools) : [];
    const toolsBin = join(where.tools, toolFolders[0] ?? "", "bin");
    await stopPrograms(where);
    // Never of a machine on which no sandbox has run.
    if (existsSync(where.state)) await removeNetwork(programEnvironment(where, { built, toolsBin }));
    rmSync(join(where.run, "owner"), { force: true });
    if (!all) return;
    restoreSettings(settingsFile(where));
    rmSync(where.memory, { recursive: true, force: true });
    rmSync(where.cache, { recursive: true, force: true });
  });
  if (existsSync(where.run) && readdirSync(where.run).length === 0) rmdirSync(where.run);
}

function secondsSince(from: number): number {
  return Math.round((performance.now() - from) / 100) / 10;
}
