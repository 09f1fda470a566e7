import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { tryRun } from "./machine/run.ts";
import { findExecutable, pathFolders, type Paths } from "./paths.ts";
import { atLeast, parseVersion } from "./preconditions.ts";
import { oldestPulumi } from "./versions.ts";

/** A Pulumi of the machine's own that is new enough and has its Node.js language host beside it: it is used as it is. */
export async function findEngine(paths: Paths): Promise<string | undefined> {
  for (const folder of pathFolders()) {
    const pulumi = findExecutable("pulumi", [folder]);
    if (pulumi === undefined) continue;
    const real = realpathSync(pulumi);
    // The sandbox's own, in a shell that has its environment.
    if (real.startsWith(`${paths.cache}/`) || folder.startsWith(`${paths.cache}/`)) continue;
    if (findExecutable("pulumi-language-nodejs", [folder, dirname(real)]) === undefined) continue;
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_HOME: join(paths.cache, "pulumi-home") };
    const version = parseVersion((await tryRun(pulumi, ["version"], { env })).stdout);
    if (version !== undefined && atLeast(version, oldestPulumi)) return pulumi;
  }
  return undefined;
}
