import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export type PluginName = "kubernetes" | "random";

/** A plugin must have the version of its SDK, or the engine looks for another one. */
export function sdkVersion(name: PluginName): string {
  const entry = createRequire(import.meta.url).resolve(`@pulumi/${name}`);
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const text = readFileSync(join(folder, "package.json"), "utf8");
      const found = JSON.parse(text) as { name?: string; version?: string };
      if (found.name === `@pulumi/${name}` && found.version !== undefined) return found.version;
    } catch {
      continue;
    }
  }
  throw new Error(`@pulumi/${name} is not installed: run npm ci --ignore-scripts first`);
}
