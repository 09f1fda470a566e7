import { createRequire } from "node:module";
import { dirname } from "node:path";

const require = createRequire(import.meta.url);

/**
 * Where the build has put the package. Each test that runs it imports this file: it shows `npm test -- related` which
 * tests the package's sources may break although no import leads to them.
 */
export const dist = dirname(require.resolve("init-pod"));

/** The package as users load it, so that it shares one Pulumi SDK with its test. */
export function loadPackage(): typeof import("../../components/index.ts") {
  return require("init-pod") as typeof import("../../components/index.ts");
}
