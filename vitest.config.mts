import { defineConfig } from "vitest/config";

const minute = 60_000;

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["tests/unit/**/*.test.ts"], testTimeout: 20_000 } },
      {
        // It kills the sandbox, so it runs by itself, after the integration tests.
        test: {
          name: "sandbox",
          include: ["tests/sandbox/**/*.test.ts"],
          testTimeout: 3 * minute,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "integration",
          include: ["tests/integration/**/*.test.ts"],
          testTimeout: 3 * minute,
          hookTimeout: 3 * minute,
          // The cluster has two cores to run Pods, engine and program on: tests side by side would time out, not end sooner.
          fileParallelism: false,
        },
      },
    ],
  },
});
