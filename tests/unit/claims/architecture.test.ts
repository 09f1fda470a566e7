import { existsSync, globSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { dist } from "../builtPackage";
import { readRepo, repo } from "./sentences";

const components = join(repo, "components");
const page = readRepo("docs/architecture.md");
const sources = globSync("**/*.ts", { cwd: components, exclude: ["dist/**", "node_modules/**"] }).filter(
  (path) => !path.endsWith(".d.ts"),
);
/** Of the folder that they lie in. */
const inner = ["scripts", "hints", "render", "kubeconfig", "progress"];

test("the table of folders has each of them, from the roof down, and names files of it to begin with", () => {
  const [, table = ""] = /^\| folder.*\n.*\n((?:\|.*\n)+)/m.exec(page) ?? [];
  const rows = table
    .trim()
    .split("\n")
    .map((row) => row.split(" | "));
  const named = rows.map(([folder = ""]) => folder.replace(/[|` ]/g, "").replace("components/", ""));
  const folders = sources.map((path) => dirname(path)).filter((folder) => !inner.includes(basename(folder)));
  const there = new Set(folders.map((folder) => (folder === "." ? "" : folder)));
  expect([...there].filter((folder) => !named.includes(folder))).toEqual([]);
  for (const [at, folder] of named.entries()) {
    const files = [...(rows[at]?.[2] ?? "").matchAll(/`([^`]+\.ts)`/g)].map(([, file = ""]) => file);
    expect(files.length, folder).toBeGreaterThan(0);
    for (const file of files) expect(existsSync(join(components, folder, file)), `${folder}/${file}`).toBe(true);
  }
});

test("each file that the page names is one of the package's", () => {
  const files = [...page.matchAll(/`([\w/]+\.ts)`/g)].map(([, file = ""]) => file);
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => !sources.some((path) => `/components/${path}`.endsWith(`/${file}`)))).toEqual([]);
});

test("no stage but the first reads the arguments", () => {
  const readers = sources.filter(
    (path) => path.startsWith("stages/") && readRepo(`components/${path}`).includes("InitPodArgs"),
  );
  // The deadline, and what is a secret, are parts of the plan.
  expect(readers.sort()).toEqual(["stages/deadline.ts", "stages/plan.ts", "stages/secrets.ts"]);
  expect(readRepo("components/stages/plan.ts")).toContain("deadlineSeconds(args, opts)");
  expect(readRepo("components/stages/plan.ts")).toContain("secretInputs(args)");
});

test("each source has its file in the build", () => {
  const missing = sources.filter((path) => !existsSync(join(dist, path.replace(/\.ts$/, ".js"))));
  expect(missing).toEqual([]);
});

test("unit tests have the same folders as the package", () => {
  const tested = globSync("tests/unit/**/*.test.ts", { cwd: repo }).map((path) =>
    dirname(path).replace(/^tests\/unit\/?/, ""),
  );
  const floors = [...new Set(sources.map((path) => dirname(path).split("/")[0] ?? ""))].filter(
    (floor) => floor !== ".",
  );
  const strangers = tested.filter(
    (folder) => floors.includes(folder.split("/")[0] ?? "") && !existsSync(join(components, folder)),
  );
  expect(strangers).toEqual([]);
  expect(floors.filter((floor) => !tested.some((folder) => folder.split("/")[0] === floor))).toEqual([]);
});
