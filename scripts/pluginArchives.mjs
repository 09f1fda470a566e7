// `npm run pluginArchives -- FOLDER`: packs the plugin for each system, by the names under which Pulumi looks for them in a
// release. In them is all but Node.js.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { bundlePlugin } from "./pluginArchives/bundle.mjs";
import { executables } from "./pluginArchives/executables.mjs";

const systems = ["linux", "darwin", "windows"];
const processors = ["amd64", "arm64"];
const components = join(import.meta.dirname, "../components");
const { name, version, engines } = JSON.parse(readFileSync(join(components, "package.json"), "utf8"));

const [out, ...others] = process.argv.slice(2);
if (out === undefined || others.length > 0) {
  console.error("usage: npm run pluginArchives -- FOLDER");
  process.exit(1);
}
mkdirSync(out, { recursive: true });
const content = mkdtempSync(join(tmpdir(), "init-pod-plugin-"));
try {
  await fill();
  for (const system of systems) pack(system);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(content, { recursive: true });
}

async function fill() {
  cpSync(join(components, "dist"), join(content, "dist"), { recursive: true, filter: isNeeded });
  await bundlePlugin(components, join(content, "dist/plugin/main.js"));
  for (const file of ["bin/init-pod.js", "plugin/index.js"]) cpSync(join(components, file), join(content, file));
  cpSync(join(components, "../LICENSE"), join(content, "LICENSE"));
  // The forwarder and the command are not bundled.
  cpSync(
    dirname(createRequire(join(components, "package.json")).resolve("ws/package.json")),
    join(content, "node_modules/ws"),
    {
      recursive: true,
    },
  );
  writeFileSync(join(content, "package.json"), JSON.stringify({ name, version, engines }, undefined, 2));
}

/** What the bundle holds, nobody else loads. */
function isNeeded(path) {
  return !/\.d\.ts$|\.map$|\/dist\/(index|initPod)\.js$|\/dist\/(plugin|pulumi|stages)$/.test(path);
}

function pack(system) {
  const executable = executables[system];
  const path = join(content, executable.name);
  writeFileSync(path, executable.text, { mode: 0o755 });
  for (const processor of processors) {
    const file = resolve(out, `pulumi-resource-${name}-v${version}-${system}-${processor}.tar.gz`);
    const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=u=rwX,go=rX"];
    const { status } = spawnSync("tar", [...same, "-czf", file, "-C", content, "."], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    if (status !== 0) {
      rmSync(file, { force: true });
      throw new Error(`${file} can't be written`);
    }
    console.log(basename(file));
  }
  rmSync(path);
}
