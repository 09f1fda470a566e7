// `npm test`: static checks, unit tests, then the integration tests on the sandbox. Its last line counts them all.
// `npm test -- related`: of the unit tests those that what has changed since the last commit may break.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { environment, up } from "../sandbox/sandbox.ts";
import { changedFiles } from "./changedFiles.ts";
import { add, closingLine, type Counts, noCounts } from "./counts.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** What all tests import that run the built package. */
const builtPackage = join(root, "tests/unit/builtPackage.ts");
const only = process.argv.slice(2);
const isRelated = only.includes("related");

let counts = noCounts;
try {
  if (only.length === 0) for (const check of ["format:check", "lint", "typecheck", "api"]) count(staticCheck(check));
  if (wanted("unit")) count(vitest("unit"));
  else if (isRelated) count(related());
  if (wanted("integration") || wanted("tests/sandbox")) {
    // In full, before the first test: a sandbox that can't come up is one clear failure, not fifty.
    await up();
    Object.assign(process.env, environment());
    if (wanted("integration")) count(vitest("integration"));
    if (wanted("tests/sandbox")) count(vitest("sandbox"));
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  count({ ...noCounts, failed: 1 });
}
// That no test ran is a mistake in what was asked for, unless what has changed decides.
process.exitCode = counts.failed > 0 || (counts.passed === 0 && !isRelated) ? 1 : 0;
console.log(closingLine(counts));

function wanted(project: string): boolean {
  return only.length === 0 || only.some((argument) => argument.includes(project));
}

/** The test files of a project that were asked for by name; none where all are wanted. */
function named(project: string): string[] {
  return only.filter((argument) => argument.includes(project) && argument.endsWith(".ts"));
}

function count(more: Counts): void {
  counts = add(counts, more);
}

function staticCheck(script: string): Counts {
  console.log(`\n${script}`);
  const { status } = spawnSync("npm", ["run", "--silent", script], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  return status === 0 ? { ...noCounts, passed: 1 } : { ...noCounts, failed: 1 };
}

interface VitestReport {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
}

/** The unit tests that import a file that has changed since the last commit, be it through others. */
function related(): Counts {
  const changed = changedFiles(root);
  if (changed.length === 0) {
    console.log("related: nothing has changed since the last commit");
    return noCounts;
  }
  const names = changed.map((file) => relative(root, file));
  console.log(`related: unit tests that import what has changed since the last commit: ${names.join(", ")}`);
  // No import leads from these tests to a source.
  const isPackage = names.some((name) => name.startsWith("components/"));
  if (isPackage) console.log("related: and those that run the built package");
  const counts = vitest("unit", ["related", "--run", ...changed, ...(isPackage ? [builtPackage] : [])]);
  if (counts.passed + counts.failed + counts.skipped === 0) console.log("related: there is none");
  return counts;
}

function vitest(project: string, selection = ["run", ...named(project)]): Counts {
  const folder = mkdtempSync(join(tmpdir(), "init-pod-test-"));
  try {
    const file = join(folder, "report.json");
    const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${file}`];
    spawnSync(
      process.execPath,
      // With those that run alone, as vitest.config.mts has them.
      [join(root, "node_modules/vitest/vitest.mjs"), ...selection, `--project=${project}*`, ...reporters],
      {
        cwd: root,
        stdio: ["ignore", "inherit", "inherit"],
      },
    );
    const report = JSON.parse(readFileSync(file, "utf8")) as VitestReport;
    // A file that can't be loaded has no tests to fail.
    const unloaded = !report.success && report.numFailedTests === 0 ? 1 : 0;
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + unloaded,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
