import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * In a checkout, refuses to run what was built from older sources than those that lie beside it. A published package has
 * no sources.
 * @throws {Error} with the command that builds.
 */
export function refuseStaleBuild(folder = __dirname): void {
  const sources = dirname(folder);
  if (basename(folder) !== "dist" || !existsSync(join(sources, "tsconfig.json"))) return;
  const builtMs = modifiedMs(join(folder, ".built"));
  const newer = sourceFiles(sources).find((file) => modifiedMs(file) > builtMs);
  if (newer === undefined) return;
  throw new Error(`init-pod is built from older sources than ${newer}. Build it: npm run build -w components`);
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "dist" || entry.name === "node_modules") return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".d.ts") ? [path] : [];
  });
}

function modifiedMs(file: string): number {
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}
