import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildHosts, hostsAreBuilt } from "./languages/hosts.ts";
import { buildModule, goEnvironment, type GoModule, moduleKey } from "./machine/goModule.ts";
import { run } from "./machine/run.ts";
import { stored } from "./machine/stored.ts";
import type { Paths } from "./paths.ts";
import type { Task } from "./progress.ts";
import { linkerFlags } from "./versions.ts";

const module: GoModule = { folder: join(import.meta.dirname, "build"), linkerFlags, targets: ["./...", "tool"] };
const pulumiPackage = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";

/** Parts of the build's whole time, measured. */
const downloadShare = 0.06;
const hostsShare = 0.04;

/**
 * Measured: after this share of the packages, that share of the compile time is over. The first ones are the standard
 * library's, which are small; a straight line would promise an end in two minutes.
 */
const course: readonly (readonly [packages: number, time: number])[] = [
  [0, 0],
  [0.06, 0.016],
  [0.155, 0.11],
  [0.33, 0.29],
  [0.45, 0.42],
  [1, 1],
];

/** The share of the compile time that is over. */
export function compileShare(packages: number): number {
  const next = course.findIndex(([upTo]) => upTo >= packages);
  const [fromPackages, fromTime] = course[next - 1] ?? [0, 0];
  const [toPackages, toTime] = course[next] ?? [1, 1];
  if (next < 1) return next === 0 ? 0 : 1;
  return fromTime + ((packages - fromPackages) / (toPackages - fromPackages)) * (toTime - fromTime);
}

export interface Binaries {
  folder: string;
  made: boolean;
}

/** The folder of the binaries, where they are built already. `withEngine`: Pulumi and its language hosts too. */
export function builtBinaries(paths: BuildPaths, withEngine: boolean): string | undefined {
  if (withEngine && !hostsAreBuilt(paths)) return undefined;
  // With the engine is more than without, so it serves both.
  const names = withEngine ? [binariesKey(true)] : [binariesKey(true), binariesKey(false)];
  return names.map((name) => join(paths.built, name)).find((path) => existsSync(path));
}

export function binariesKey(withEngine: boolean): string {
  return moduleKey(module, withEngine);
}

type BuildPaths = Pick<Paths, "built" | "go" | "languages">;

/**
 * Builds all of it. Both Go caches are the sandbox's own and stay when the build is killed: the next run continues
 * there. They are removed at the end (7 GB).
 */
export async function buildBinaries(go: string, paths: BuildPaths, withEngine: boolean, task: Task): Promise<Binaries> {
  const done = builtBinaries(paths, withEngine);
  if (done !== undefined) return { folder: done, made: false };
  const env = await goEnvironment(go, paths.go);
  const { folder } = await stored(paths.built, binariesKey(withEngine), async (unfinished) => {
    const targets = withEngine ? module.targets : ["./...", ...(await otherTools(go, env))];
    task.update(0, "downloading Go modules");
    const packages = await countPackages(go, targets, env);
    let compiled = 0;
    const span = 1 - downloadShare - (withEngine ? hostsShare : 0);
    await buildModule(go, { ...module, targets }, unfinished, env, () => {
      compiled += 1;
      const share = downloadShare + span * compileShare(compiled / packages);
      task.update(share, `compiling, ${compiled} of ${packages} packages`);
    });
  });
  if (withEngine) {
    task.update(1 - hostsShare, "compiling Pulumi's language hosts");
    await buildHosts(go, paths, env);
  }
  rmSync(paths.go, { recursive: true, force: true });
  return { folder, made: true };
}

async function countPackages(go: string, targets: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const list = await run(go, ["list", "-deps", ...targets], { cwd: module.folder, env });
  return list.split("\n").length;
}

async function otherTools(go: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const list = await run(go, ["list", "tool"], { cwd: module.folder, env });
  return list.split("\n").filter((name) => name !== "" && name !== pulumiPackage);
}
