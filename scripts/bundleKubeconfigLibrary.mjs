// Replaces dist/cluster/api/kubeconfigLibrary.js, which loads all of @kubernetes/client-node, by a bundle of what is used of it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";

/** Of all that client-node exports, the module that is used here. */
const used = { filter: /^@kubernetes\/client-node$/, path: "@kubernetes/client-node/dist/config.js" };
/** Modules that it takes for requests through the generated API, which are never made here. */
const unused = /(\/gen\/index\.js|^undici|\/middleware\.js)$/;

export async function bundleKubeconfigLibrary(components) {
  const outfile = join(components, "dist/cluster/api/kubeconfigLibrary.js");
  const { metafile } = await build({
    entryPoints: [join(components, "cluster/api/kubeconfigLibrary.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
    plugins: [withoutUnusedParts],
  });
  writeFileSync(
    join(components, "dist/cluster/api/kubeconfigLibrary.LICENSES.txt"),
    licensesOf(Object.keys(metafile.inputs)),
  );
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
  },
};

/** The license texts of all packages that the bundle has parts of, as these ask for. */
function licensesOf(files) {
  const folders = new Set(files.flatMap((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(resolve(file))?.[0] ?? []));
  return [...folders]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file === undefined ? "" : `\n\n${readFileSync(join(folder, file), "utf8").trim()}`;
      return `${name} ${version} (${license})${text}\n`;
    })
    .join("\n" + "-".repeat(80) + "\n");
}
