import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kindNames } from "../../../components/spec/kinds.ts";

const root = join(import.meta.dirname, "../../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
/** The kinds in the README's table of steps, whose rows begin with `KIND: { … }`. */
const documented = [...readme.matchAll(/^\| `(\w+): \{.*\}` +\|/gm)].map(([, kind]) => kind);
/** What all kinds have in common. */
const common = ["plan.ts"];

describe("the kinds of step", () => {
  test("are those in the README's table of steps, in the same order", () => {
    expect(documented).toEqual(kindNames);
  });

  test("have a file each, and nothing else has one", () => {
    const files = readdirSync(join(root, "components/spec/steps")).filter((name) => name.endsWith(".ts"));
    expect(files.sort()).toEqual([...kindNames.map((kind) => `${kind}.ts`), ...common].sort());
  });

  test.each(kindNames)("have a file of tests: %s", (kind) => {
    expect(existsSync(join(import.meta.dirname, `steps/${kind}.test.ts`))).toBe(true);
  });
});
