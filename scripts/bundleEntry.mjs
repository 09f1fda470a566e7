// Replaces dist/index.js, which would load 150 files, by one that holds them all: it loads in a third of the time, which a
// preview without changes is short enough to feel. The plugin gets one that holds what it has around that.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/** Loaded late, and by the forwarder and the command too. */
const kubeconfigLibrary = "cluster/api/kubeconfigLibrary.js";

/**
 * Pulumi's SDK reads the source map of each file on the way to `new InitPod` in every run, which of this one takes it a
 * tenth of a second. Its reader goes by the last comment that names a map, of either kind; Node.js knows line comments alone.
 */
const onlyForNode = "/*# sourceMappingURL=none */\n";

export async function bundleEntry(components) {
  const outfile = join(components, "dist/index.js");
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
      outfile,
      sourcemap: "linked",
      plugins: [external(/\/kubeconfigLibrary\.js$/, `./${kubeconfigLibrary}`)],
    }),
    build({
      ...options,
      entryPoints: [join(components, "plugin/main.ts")],
      outfile: join(components, "dist/plugin/main.js"),
      plugins: [external(/^\.\.\/index$/, "../index.js"), onlyWhatIsUsed],
    }),
  ]);
  appendFileSync(outfile, onlyForNode);
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
