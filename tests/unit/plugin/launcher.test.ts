import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { dist } from "../builtPackage";

const launcher = join(dirname(dist), "plugin/index.js");

function startedBy(version: string): { status: number | null; stdout: string; stderr: string } {
  const fake = `Object.defineProperty(process.versions, "node", { value: ${JSON.stringify(version)} });`;
  const run = `${fake} require(${JSON.stringify(launcher)}); setTimeout(() => process.exit(), 1500);`;
  return spawnSync(process.execPath, ["-e", run], { encoding: "utf8" });
}

test("the plugin says which Node.js it needs where an older one starts it", () => {
  const { status, stderr } = startedBy("22.18.0");
  expect(stderr).toMatch(/^init-pod needs Node\.js 22\.19 or newer, and this is 22\.18\.0: \/.*\n$/);
  expect(status).toBe(1);
});

test("the plugin starts with the Node.js that the package asks for, and with a newer one", () => {
  // What it says is the port at which the engine is to ask it.
  const started = { stdout: expect.stringMatching(/^\d+\n$/) as string, stderr: "" };
  expect(startedBy("22.19.0")).toMatchObject(started);
  expect(startedBy("24.0.0")).toMatchObject(started);
});
