import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, chmod, constants, mkdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { type PluginName, sdkVersion } from "./version.ts";

export type Origin = "official" | "stand-in";

export interface InstallOptions {
  /** The pulumi executable. */
  pulumi: string;
  pulumiHome: string;
  report?: (line: string) => void;
}

/** A folder with `pulumi-resource-kubernetes` and `pulumi-resource-random`, built by hand: taken instead of all else. */
const pluginsVariable = "INIT_POD_SANDBOX_PLUGINS";
const acquireTimeoutMs = 20_000;
const rememberFailureMs = 24 * 60 * 60 * 1000;
const standInMark = "# stand-in of the init-pod sandbox";

const run = promisify(execFile);

interface Place {
  name: PluginName;
  version: string;
  folder: string;
  executable: string;
  failed: string;
}

function placeOf(name: PluginName, pulumiHome: string): Place {
  const version = sdkVersion(name);
  const plugins = join(pulumiHome, "plugins");
  const folder = join(plugins, `resource-${name}-v${version}`);
  return {
    name,
    version,
    folder,
    executable: join(folder, `pulumi-resource-${name}`),
    failed: join(plugins, `init-pod-no-${name}-v${version}`),
  };
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function standInScript(name: PluginName): string {
  const main = join(import.meta.dirname, name, "main.ts");
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  // The Node.js that set the sandbox up may be gone by the time that the engine starts the plugin.
  return [
    "#!/bin/sh",
    standInMark,
    `node=${quote(process.execPath)}`,
    `[ -x "$node" ] || node=node`,
    `exec "$node" ${quote(main)} "$@"`,
    "",
  ].join("\n");
}

/** What is there: undefined also for a plugin that was linked from a folder which isn't the wanted one (any more). */
async function present(place: Place, linked: string | undefined): Promise<Origin | "other stand-in" | undefined> {
  if (!(await isExecutable(place.executable))) return undefined;
  const link = await readFile(join(place.folder, "linked-from"), "utf8").catch(() => undefined);
  if (link !== linked) return undefined;
  const { size } = await stat(place.executable);
  if (size > 64 * 1024) return "official";
  const text = await readFile(place.executable, "utf8");
  if (!text.includes(standInMark)) return "official";
  return text === standInScript(place.name) ? "stand-in" : "other stand-in";
}

/** Made beside its place and renamed, so that an engine never finds half a plugin. */
async function put(place: Place, fill: (folder: string) => Promise<void>): Promise<void> {
  const suffix = createHash("sha256").update(`${process.pid}:${process.hrtime.bigint()}`).digest("hex").slice(0, 8);
  const fresh = join(dirname(place.folder), `.init-pod-${suffix}`);
  await mkdir(fresh, { recursive: true });
  try {
    await fill(fresh);
    await rm(place.folder, { recursive: true, force: true });
    await rename(fresh, place.folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function acquire(place: Place, options: InstallOptions): Promise<boolean> {
  const age = await stat(place.failed).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Infinity,
  );
  if (age < rememberFailureMs) return false;
  const env = { ...process.env, PULUMI_HOME: options.pulumiHome, PULUMI_SKIP_UPDATE_CHECK: "true" };
  try {
    // A stand-in in its place would count as installed.
    const args = ["plugin", "install", "resource", place.name, place.version, "--reinstall"];
    await run(options.pulumi, args, { env, timeout: acquireTimeoutMs });
    if ((await present(place, undefined)) !== "official") throw new Error("nothing was installed");
    return true;
  } catch {
    await mkdir(join(options.pulumiHome, "plugins"), { recursive: true });
    await writeFile(
      place.failed,
      "Pulumi could not download this plugin; tried again a day after this file was made\n",
    );
    return false;
  }
}

async function installOne(name: PluginName, options: InstallOptions): Promise<Origin> {
  const place = placeOf(name, options.pulumiHome);
  const folder = process.env[pluginsVariable];
  const given = folder === undefined || folder === "" ? undefined : resolve(folder, `pulumi-resource-${name}`);
  const linked = given !== undefined && (await isExecutable(given)) ? given : undefined;
  const found = await present(place, linked);
  if (found === "official") return "official";
  if (linked !== undefined) {
    await put(place, async (fresh) => {
      await symlink(linked, join(fresh, `pulumi-resource-${name}`));
      await writeFile(join(fresh, "linked-from"), linked);
    });
    options.report?.(`${name} plugin ${place.version}: ${linked}`);
    return "official";
  }
  if (await acquire(place, options)) return "official";
  if (found !== "stand-in") {
    await put(place, async (fresh) => {
      const script = join(fresh, `pulumi-resource-${name}`);
      await writeFile(script, standInScript(name));
      await chmod(script, 0o755);
    });
  }
  options.report?.(`${name} plugin ${place.version}: stand-in, as Pulumi's own can't be downloaded here`);
  return "stand-in";
}

/** Official plugins where they can be had, else the sandbox's stand-ins. Cheap when all is in place: call it each time. */
export async function installPlugins(options: InstallOptions): Promise<Record<PluginName, Origin>> {
  const [kubernetes, random] = await Promise.all([installOne("kubernetes", options), installOne("random", options)]);
  return { kubernetes, random };
}
