import { copyFileSync, existsSync, mkdirSync, readlinkSync, realpathSync, renameSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { notSetUp, readSetup } from "../environment.ts";
import { SandboxError } from "../errors.ts";
import { buildModule, type GoModule, moduleKey } from "../machine/goModule.ts";
import { run } from "../machine/run.ts";
import { stored } from "../machine/stored.ts";
import { findExecutable, type Paths } from "../paths.ts";
import { languageHostVersion, yamlHostVersion } from "../versions.ts";
import { buildOnce } from "./onDemand.ts";

export type Language = "nodejs" | "python" | "go" | "yaml";

const sdkModule = "github.com/pulumi/pulumi/sdk/v3";

const modules = {
  /** Of one version of Pulumi's SDK, so that one build makes all three. */
  hosts: { folder: join(import.meta.dirname, "../build-language-hosts"), linkerFlags: "-s -w", targets: ["tool"] },
  yaml: { folder: join(import.meta.dirname, "../build-yaml-host"), linkerFlags: "-s -w", targets: ["tool"] },
} satisfies Record<string, GoModule>;

const languages: Record<Language, { module: keyof typeof modules; version: string; more: string[] }> = {
  nodejs: { module: "hosts", version: languageHostVersion, more: [] },
  // It looks for this script beside itself.
  python: { module: "hosts", version: languageHostVersion, more: ["pulumi-language-python-exec"] },
  go: { module: "hosts", version: languageHostVersion, more: [] },
  yaml: { module: "yaml", version: yamlHostVersion, more: [] },
};

/** Those that each `up` brings. */
const usual = ["nodejs", "python", "go"] as const satisfies Language[];

type HostPaths = Pick<Paths, "languages">;

function builtFolder(paths: HostPaths, name: keyof typeof modules): string {
  return join(paths.languages, name, moduleKey(modules[name]));
}

export function hostsAreBuilt(paths: HostPaths): boolean {
  return existsSync(builtFolder(paths, "hosts"));
}

/** Builds the hosts of Node.js, Python and Go. */
export async function buildHosts(go: string, paths: HostPaths, env: NodeJS.ProcessEnv): Promise<void> {
  const { folder } = modules.hosts;
  await stored(join(paths.languages, "hosts"), moduleKey(modules.hosts), async (unfinished) => {
    await buildModule(go, modules.hosts, unfinished, env);
    const sources = (await run(go, ["list", "-m", "-f", "{{.Dir}}", sdkModule], { cwd: folder, env })).trim();
    for (const script of languages.python.more) {
      copyFileSync(join(sources, "python/cmd", script), join(unfinished, script));
    }
  });
}

async function buildYamlHost(go: string, paths: HostPaths, env: NodeJS.ProcessEnv): Promise<void> {
  await stored(join(paths.languages, "yaml"), moduleKey(modules.yaml), (unfinished) =>
    buildModule(go, modules.yaml, unfinished, env),
  );
}

/** Puts the hosts of Node.js, Python and Go where this Pulumi finds them, but those that it has. They are built. */
export function installHosts(paths: Paths, pulumi: string): void {
  for (const language of usual) if (!hasHost(pulumi, language)) install(paths, language);
}

/** Has the Pulumi of a sandbox that is set up run programs in a language: builds its host where it is not there yet. */
export async function ensureHost(paths: Paths, language: Language, report: (line: string) => void): Promise<void> {
  const setup = readSetup(paths);
  if (setup === undefined) throw new SandboxError(notSetUp);
  if (hasHost(setup.pulumi, language)) return;
  const { module } = languages[language];
  const isBuilt = () => existsSync(builtFolder(paths, module));
  const build = module === "yaml" ? buildYamlHost : buildHosts;
  await buildOnce(paths, `Pulumi's language host for ${language}`, isBuilt, report, (go, env) => build(go, paths, env));
  install(paths, language);
}

/** Whether it comes with its own, as a downloaded one does. */
function hasHost(pulumi: string, language: Language): boolean {
  const folders = [dirname(pulumi), dirname(realpathSync(pulumi))];
  return findExecutable(`pulumi-language-${language}`, folders) !== undefined;
}

/** As a plugin: on the PATH, Pulumi would warn of it. */
function install(paths: Paths, language: Language): void {
  const { module, version, more } = languages[language];
  const plugin = join(paths.pulumiHome, "plugins", `language-${language}-${version}`);
  mkdirSync(plugin, { recursive: true });
  for (const name of [`pulumi-language-${language}`, ...more]) {
    link(join(builtFolder(paths, module), name), join(plugin, name));
  }
}

/** In one step, and only where something changes: an engine may be starting it. */
function link(target: string, file: string): void {
  if (existsSync(file) && readlinkSync(file) === target) return;
  const fresh = `${file}.${process.pid}`;
  symlinkSync(target, fresh);
  renameSync(fresh, file);
}
