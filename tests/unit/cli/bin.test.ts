import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const components = join(import.meta.dirname, "../../../components");
const { bin } = JSON.parse(readFileSync(join(components, "package.json"), "utf8")) as { bin: Record<string, string> };
const file = bin["init-pod"] ?? "";

/** A checkout of the package, in which nothing is built yet. */
let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "init-pod-bin-"));
  cpSync(join(components, file), join(checkout, file));
  for (const name of ["tsconfig.json", "index.ts"]) writeFileSync(join(checkout, name), "");
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

function build(): void {
  mkdirSync(join(checkout, "dist/cli"), { recursive: true });
  cpSync(join(components, "dist/staleBuild.js"), join(checkout, "dist/staleBuild.js"));
  writeFileSync(join(checkout, "dist/cli/main.js"), "console.log(process.argv.slice(2).join()); process.exitCode = 3;");
  writeFileSync(join(checkout, "dist/.built"), "");
}

async function initPod(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return await new Promise((resolve) => {
    execFile(join(checkout, file), args, (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }));
  });
}

test("what is built gets the arguments, and its exit code is the command's", async () => {
  build();
  expect(await initPod("status", "--json")).toEqual({ code: 3, out: "status,--json\n", err: "" });
});

test("before the build the command is there, and names what builds it", async () => {
  const err = "init-pod is not built. Build it: npm run build -w components\n";
  expect(await initPod("status")).toEqual({ code: 1, out: "", err });
});

test("a build that is older than a source is refused in one line, with the command that builds", async () => {
  build();
  const later = new Date(Date.now() + 5000);
  utimesSync(join(checkout, "index.ts"), later, later);
  const { code, out, err } = await initPod("status");
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toMatch(
    /^init-pod is built from older sources than .*index\.ts\. Build it: npm run build -w components\n$/,
  );
});
