import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scenes } from "../../pictures/scenes.ts";

const root = join(import.meta.dirname, "../..");

test("each picture of the documentation is shown, and made by `npm run pictures`", () => {
  const pages = ["README.md", ...pagesOf("docs"), ...pagesOf("docs/steps")];
  const shown = pages.flatMap((page) => [...readFileSync(join(root, page), "utf8").matchAll(/!\[.+?\]\((\S+?)\)/g)]);
  const made = scenes.map(({ file }) => file).sort();
  expect([...new Set(shown.map(([, path = ""]) => path.replace(/^docs\//, "")))].sort()).toEqual(made);
  expect(readdirSync(join(root, "docs")).filter((name) => name.endsWith(".png"))).toEqual(made);
});

function pagesOf(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
}
