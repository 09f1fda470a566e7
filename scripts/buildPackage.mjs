// Builds the package into components/dist, unless it is there already. `.built` is written last: without it, or older than
// a source, nothing runs.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { bundleEntry } from "./bundleEntry.mjs";
import { bundleKubeconfigLibrary } from "./bundleKubeconfigLibrary.mjs";

const components = join(import.meta.dirname, "../components");
const dist = join(components, "dist");
const mark = join(dist, ".built");

const newestSource = Math.max(...filesOf(components, ["dist", "node_modules"]).map(modifiedMs));
if (!existsSync(mark) || modifiedMs(mark) < newestSource) await build();

async function build() {
  const start = Date.now();
  const typescript = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [typescript, "-p", components], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
  await bundleKubeconfigLibrary(components);
  await bundleEntry(components);
  // Of sources that are no more. The rest is written over in place, as a running forwarder may still load from it.
  for (const file of filesOf(dist, [])) if (modifiedMs(file) < start - 1000) rmSync(file);
  writeFileSync(mark, "");
}

function filesOf(folder, but) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (but.includes(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesOf(path, but) : [path];
  });
}

function modifiedMs(file) {
  return statSync(file).mtimeMs;
}
