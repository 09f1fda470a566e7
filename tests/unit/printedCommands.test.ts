import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const components = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "components");

/** Lines of the sources that are no comments, with the name of their file. */
const lines = globSync("**/*.ts", { cwd: components, exclude: ["dist/**", "node_modules/**"] }).flatMap((file) =>
  readFileSync(join(components, file), "utf8")
    .split("\n")
    .filter((line) => !/^\s*(\/?\*|\/\/)/.test(line))
    .map((line) => `${file}: ${line.trim()}`),
);

function printed(pattern: RegExp): string[] {
  return lines.filter((line) => pattern.test(line));
}

test("each kubectl command that is printed names the namespace of what it looks at", () => {
  const found = printed(/(kubectl|\$\{kubectl\}) (get|describe|logs|create)\b(?! mutating| nodes)/);
  expect(found.length).toBeGreaterThan(5);
  expect(found.filter((line) => !/-n \$\{|\$\{(at|where)\}/.test(line))).toEqual([]);
});

test("each init-pod command that is printed is found by npx, as the package is seldom on the PATH", () => {
  const found = printed(/(?<!urn: `)\binit-pod (status|logs|forward|stop)\b/);
  expect(found.length).toBeGreaterThan(2);
  expect(found.filter((line) => !/npx init-pod (status|logs|forward|stop)/.test(line))).toEqual([]);
});
