// Replaces dist/index.js, which would load 150 files, by one that holds them all: it loads in a third of the time, which a
// preview without changes is short enough to feel. The plugin gets one that holds what it has around that.
import { join } from "node:path";
import { build } from "esbuild";

/** Loaded late, and by the forwarder and the command too. */
const kubeconfigLibrary = "cluster/api/kubeconfigLibrary.js";

export async function bundleEntry(components) {
  const options = {
    bundle: true,
    packages: "external",
    platform: "node",
    format: "cjs",
    target: "node22",
    logLevel: "warning",
  };
  await Promise.all([
    build({
      ...options,
      entryPoints: [join(components, "index.ts")],
      outfile: join(components, "dist/index.js"),
      plugins: [external(/\/kubeconfigLibrary\.js$/, `./${kubeconfigLibrary}`)],
    }),
    build({
      ...options,
      entryPoints: [join(components, "plugin/main.ts")],
      outfile: join(components, "dist/plugin/main.js"),
      plugins: [external(/^\.\.\/index$/, "../index.js"), onlyWhatIsUsed],
    }),
  ]);
}

/** Leaves what is imported so to a file of its own. */
function external(filter, path) {
  return {
    name: `without ${path}`,
    setup({ onResolve }) {
      onResolve({ filter }, () => ({ path, external: true }));
    },
  };
}

/** Of an entry that names many files, those that are used: none of ours does anything when it is loaded. */
const onlyWhatIsUsed = {
  name: "only what is used",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^\.\.?\// }, async ({ path, pluginData, ...rest }) => {
      if (pluginData === onlyWhatIsUsed) return undefined;
      return { ...(await resolve(path, { ...rest, pluginData: onlyWhatIsUsed })), sideEffects: false };
    });
  },
};
