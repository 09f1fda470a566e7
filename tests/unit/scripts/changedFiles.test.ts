import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { changedFiles } from "../../../scripts/changedFiles.ts";

/** A repository whose last commit holds files of these names. */
function repository(...names: string[]): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "init-pod-changed-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of names) writeFileSync(join(folder, name), "");
  git(folder, "init", "--quiet");
  git(folder, "add", ".");
  git(folder, "-c", "user.name=me", "-c", "user.email=me@example.com", "commit", "--quiet", "--message", "all");
  return folder;
}

function git(folder: string, ...args: string[]): void {
  execFileSync("git", args, { cwd: folder });
}

test("files that differ from the last commit are changed, staged or not, gone, or new", () => {
  const folder = repository("same", "edited", "staged", "gone");
  for (const name of ["edited", "staged", "näw file"]) writeFileSync(join(folder, name), "more");
  git(folder, "add", "staged");
  rmSync(join(folder, "gone"));
  expect(changedFiles(folder).sort()).toEqual(
    ["edited", "gone", "näw file", "staged"].map((name) => join(folder, name)),
  );
});

test("nothing is changed that git ignores, or where all is committed", () => {
  const folder = repository(".gitignore");
  expect(changedFiles(folder)).toEqual([]);
  writeFileSync(join(folder, ".git/info/exclude"), "ignored\n");
  writeFileSync(join(folder, "ignored"), "");
  expect(changedFiles(folder)).toEqual([]);
});
