// The plugin in one file, for machines that have Node.js and no package of npm's.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { licensesOf } from "../licenses.mjs";

/** What Pulumi's SDK loads for programs in TypeScript and for packages of programs, of which a plugin has none. */
const unused = /^(typescript|ts-node|@npmcli\/arborist|node-gyp.*)$|\/typescript-shim$/;

/** Bundles the plugin of `components` into `outfile`; the library for kubeconfigs stays a file of its own. */
export async function bundlePlugin(components, outfile) {
  const { metafile } = await build({
    entryPoints: [join(components, "plugin/main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    // Not its white space: where it crashes, Node.js prints the line, which would be all of it.
    minifySyntax: true,
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
    plugins: [replaced],
  });
  writeFileSync(join(dirname(outfile), "main.LICENSES.txt"), licensesOf(Object.keys(metafile.inputs)));
}

const replaced = {
  name: "replaced",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/kubeconfigLibrary\.js$/ }, () => ({
      path: "../cluster/api/kubeconfigLibrary.js",
      external: true,
    }));
    onResolve({ filter: unused }, ({ path }) => ({ path, namespace: "unused" }));
    onLoad({ filter: /.*/, namespace: "unused" }, () => ({ contents: "module.exports = {};" }));
  },
};
