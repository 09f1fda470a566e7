import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { refuseStaleBuild } from "../../components/staleBuild.ts";

let folder: string;
const dist = () => join(folder, "dist");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "init-pod-stale-"));
  mkdirSync(dist());
  mkdirSync(join(folder, "steps"));
  for (const name of ["tsconfig.json", "steps/run.ts", "dist/.built"]) writeFileSync(join(folder, name), "");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a build that is newer than all sources runs", () => {
  expect(() => refuseStaleBuild(dist())).not.toThrow();
});

test("a source that was changed after the build is named, with the command that builds", () => {
  const later = new Date(Date.now() + 5000);
  utimesSync(join(folder, "steps/run.ts"), later, later);
  expect(() => refuseStaleBuild(dist())).toThrow(/steps\/run\.ts\. Build it: npm run build -w components/);
});

test("a build that never ended is refused", () => {
  rmSync(join(dist(), ".built"));
  expect(() => refuseStaleBuild(dist())).toThrow(/npm run build/);
});

test("a published package, which has no sources, runs", () => {
  rmSync(join(folder, "tsconfig.json"));
  rmSync(join(dist(), ".built"));
  expect(() => refuseStaleBuild(dist())).not.toThrow();
});
