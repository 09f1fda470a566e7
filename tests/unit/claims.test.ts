import { expect, test } from "vitest";
import { type Claim, claimsOf, claimsOfReadme, flawOf, readRepo, rowsOf } from "./claims";

const files = ["components/spec/args.ts", "components/initPod.ts"];
const sections = ["When an init container fails", "The forwarded URL"];
const rows = rowsOf(readRepo("tests/claims.md"));

function keyOf({ at, sentence }: Claim): string {
  return `| \`${at}\` | ${sentence} |`;
}

test("each sentence of the documentation has a row in tests/claims.md, and each row its sentence", () => {
  const said = [...files.flatMap(claimsOf), ...sections.flatMap(claimsOfReadme)].map(keyOf);
  const listed = new Set(rows.map(keyOf));
  const missing = said.filter((key) => !listed.has(key)).map((key) => `add the row: ${key} FILE › NAME OF THE TEST |`);
  const left = [...listed].filter((key) => !said.includes(key)).map((key) => `remove the row: ${key}`);
  expect([...missing, ...left]).toEqual([]);
  expect(said.length).toBeGreaterThan(100);
});

test("each test that tests/claims.md names exists", () => {
  const flaws = rows.flatMap((row) =>
    row.proofs.flatMap((proof) => {
      const flaw = flawOf(proof);
      return flaw === undefined ? [] : [`${row.at}: ${flaw}`];
    }),
  );
  expect(flaws).toEqual([]);
});

test("a test that does not exist is noticed", () => {
  expect(flawOf("unit/none.test.ts › says anything")).toContain("there is no");
  expect(flawOf("unit/claims.test.ts › says nothing of the kind")).toContain("has no test");
  expect(flawOf("")).toBe("names no test");
});
