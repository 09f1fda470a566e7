import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { readRepo, repo } from "./sentences";

const pages = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md"],
  ...globSync(["docs/**/*.md", "examples/*/README.md"], { cwd: repo }),
];

/** Of the headings of a page, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

test.each(pages)("each link of %s leads to a file, and to a heading of it", (page) => {
  const links = [...readRepo(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)/g)];
  const broken = links.filter(([, path = "", anchor]) => {
    const target = path === "" ? page : join(dirname(page), path);
    if (!existsSync(join(repo, target))) return true;
    return anchor !== undefined && !anchorsOf(readRepo(target)).includes(anchor);
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});
