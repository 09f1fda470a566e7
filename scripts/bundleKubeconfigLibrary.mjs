// Replaces dist/cluster/api/kubeconfigLibrary.js, which loads all of @kubernetes/client-node, by a bundle of what is used of
// it, and puts what few kubeconfigs need into a second one, which is loaded by the first use.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";
import { licensesOf } from "./licenses.mjs";

/** Of all that client-node exports, the module that is used here. */
const used = { filter: /^@kubernetes\/client-node$/, path: "@kubernetes/client-node/dist/config.js" };
/** Modules for requests through the generated API, which are never made here, and for a login that is refused before. */
const unused = /(\/gen\/index\.js|^undici|\/middleware\.js|^jsonpath-plus)$/;
/** Packages for proxies and for identity providers. */
const rare = ["hpagent", "openid-client", "socks", "socks-proxy-agent"];
/** What the loaders of modules add to what a package exports by name. */
const notNamed = ["__esModule", "default", "module.exports"];
const rareFile = "./kubeconfigLibraryRare.js";

export async function bundleKubeconfigLibrary(components) {
  const folder = join(components, "dist/cluster/api");
  const bundles = await Promise.all([
    bundle({
      entryPoints: [join(components, "cluster/api/kubeconfigLibrary.ts")],
      outfile: join(folder, "kubeconfigLibrary.js"),
      plugins: [withoutUnusedParts],
    }),
    bundle({ stdin: { contents: rareModule(), resolveDir: components }, outfile: join(folder, rareFile) }),
  ]);
  const files = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  writeFileSync(join(folder, "kubeconfigLibrary.LICENSES.txt"), licensesOf(files));
}

async function bundle(options) {
  return await build({
    ...options,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
  });
}

function rareModule() {
  return rare.map((name) => `exports[${JSON.stringify(name)}] = require(${JSON.stringify(name)});`).join("\n");
}

const withoutUnusedParts = {
  name: "without-unused-parts",
  setup({ onResolve, onLoad, resolve: resolvePath }) {
    onResolve({ filter: used.filter }, ({ resolveDir, kind }) => resolvePath(used.path, { resolveDir, kind }));
    onResolve({ filter: unused }, ({ path, importer }) =>
      importer.includes("client-node") ? { path, namespace: "unused" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "unused" }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => class { constructor() { throw new Error(name + " of ${path} is not in this bundle"); } } });`,
    }));
    onResolve({ filter: new RegExp(`^(${rare.join("|")})$`) }, ({ path }) => ({ path, namespace: "rare" }));
    onLoad({ filter: /.*/, namespace: "rare" }, async ({ path }) => ({
      contents: `module.exports = {${await lateModule(path)}};`,
    }));
    onResolve({ filter: /.*/, namespace: "rare" }, ({ path }) => ({ path, external: true }));
  },
};

/** What a package exports, each of which loads the second bundle once it is asked for. */
async function lateModule(name) {
  const exported = Object.keys(await import(createRequire(import.meta.url).resolve(name)));
  return exported
    .filter((key) => !notNamed.includes(key))
    .map((key) => `get ${key}() { return require("${rareFile}")["${name}"].${key}; }`)
    .join(",\n");
}
