// `npm run release:fixture`: keeps the package as it is now for tests/integration/upgrade.test.ts, which deploys with it and
// goes on with what comes later. A part of each release; without what only people and compilers read.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const kept = join(root, "tests/fixtures/release");
const folder = mkdtempSync(join(tmpdir(), "init-pod-release-"));
try {
  const run = (command, args, cwd) => execFileSync(command, args, { cwd, stdio: ["ignore", "pipe", "inherit"] });
  run("npm", ["pack", "--silent", "-w", "components", "--pack-destination", folder], root);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  run("tar", ["-xzf", tarball], folder);
  const { version } = JSON.parse(readFileSync(join(folder, "package/package.json"), "utf8"));
  cpSync(join(folder, "package"), join(folder, "kept"), {
    recursive: true,
    filter: (path) => !/\.(map|d\.ts|md|txt)$/.test(path),
  });
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept, { recursive: true });
  // The same files make the same tarball.
  const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  run("tar", [...same, "-czf", join(kept, `init-pod-${version}.tgz`), "kept"], folder);
  console.log(`tests/fixtures/release/init-pod-${version}.tgz is what upgrades are tested from: commit it.`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
