// `npm test`: static checks, unit tests, then the integration tests on the sandbox. Its last line counts them all.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { environment, up } from "../sandbox/sandbox.ts";
import { add, closingLine, type Counts, noCounts } from "./counts.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const only = process.argv.slice(2);

let counts = noCounts;
try {
  if (only.length === 0) for (const check of ["format:check", "lint", "typecheck", "api"]) count(staticCheck(check));
  if (wanted("unit")) count(vitest("unit"));
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
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
console.log(closingLine(counts));

function wanted(project: string): boolean {
  return only.length === 0 || only.some((argument) => argument.includes(project));
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

function vitest(project: string): Counts {
  const folder = mkdtempSync(join(tmpdir(), "init-pod-test-"));
  try {
    const file = join(folder, "report.json");
    const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${file}`];
    const files = only.filter((argument) => argument.includes(project) && argument.endsWith(".ts"));
    spawnSync(
      process.execPath,
      [join(root, "node_modules/vitest/vitest.mjs"), "run", `--project=${project}`, ...reporters, ...files],
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
