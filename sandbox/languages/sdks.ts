import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildModule, type GoModule, moduleKey } from "../machine/goModule.ts";
import { run } from "../machine/run.ts";
import { stored } from "../machine/stored.ts";
import type { Paths } from "../paths.ts";
import { buildOnce } from "./onDemand.ts";

const generator: GoModule = {
  folder: join(import.meta.dirname, "../build-sdks"),
  linkerFlags: "-s -w",
  targets: ["."],
};

export const sdkLanguages = ["nodejs", "python", "go"] as const;

/**
 * Makes the SDKs of the package: a folder for each language, byte for byte as `pulumi package gen-sdk` makes it where Pulumi
 * has the newest language hosts. What was in those folders is gone.
 */
export async function generateSdks(paths: Paths, folder: string, report: (line: string) => void): Promise<void> {
  const builds = join(paths.languages, "sdks");
  const key = moduleKey(generator);
  const isBuilt = () => existsSync(join(builds, key));
  await buildOnce(paths, "the generator of SDKs", isBuilt, report, async (go, env) => {
    await stored(builds, key, (unfinished) => buildModule(go, generator, unfinished, env));
  });
  mkdirSync(folder, { recursive: true });
  for (const language of sdkLanguages) rmSync(join(folder, language), { recursive: true, force: true });
  await run(join(builds, key, "build-sdks"), [folder], { input: JSON.stringify(schema(paths.repository)) });
}

/** As the plugin gives it to `pulumi package get-schema`. */
function schema(repository: string): object {
  const read = (name: string): object =>
    JSON.parse(readFileSync(join(repository, "components", name), "utf8")) as object;
  const { version } = read("package.json") as { version: string };
  return { ...read("plugin/schema.json"), version };
}
