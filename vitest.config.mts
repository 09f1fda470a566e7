import { join } from "node:path";
import { defineConfig } from "vitest/config";

const minute = 60_000;
const dist = join(import.meta.dirname, "components/dist");

/** They kill parts of the sandbox, look at all that it has, load the machine, or hold it to a time. */
const alone = ["badInput", "command", "cuts", "firstUse", "forward*", "leftovers"].map(
  (name) => `tests/integration/${name}.test.ts`,
);

const integration = {
  testTimeout: 3 * minute,
  hookTimeout: 3 * minute,
  // Every command loads the same code: a fifth of its time.
  env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/compiled") },
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["tests/unit/**/*.test.ts"],
          testTimeout: 20_000,
          // Many of these tests wait for a server or a process of their own, and leave the processor to others meanwhile.
          maxWorkers: 6,
          maxConcurrency: 24,
          // What a test changes of its process, it puts back: so files share a worker, and modules are loaded once in each.
          isolate: false,
          // As users have it: the whole of @kubernetes/client-node takes each worker half a second.
          alias: [{ find: "./kubeconfigLibrary.js", replacement: join(dist, "cluster/api/kubeconfigLibrary.js") }],
          server: { deps: { external: [/\/components\/dist\//] } },
        },
      },
      {
        // It kills the sandbox, so it runs by itself, after the integration tests.
        test: {
          name: "sandbox",
          include: ["tests/sandbox/**/*.test.ts"],
          testTimeout: 3 * minute,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        // Most of these wait for Pods most of their time. More at once would time out, not end sooner.
        test: {
          ...integration,
          name: "integration",
          include: ["tests/integration/**/*.test.ts"],
          exclude: alone,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...integration,
          name: "integration-alone",
          include: alone,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
