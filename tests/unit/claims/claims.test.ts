import { globSync } from "node:fs";
import { expect, test } from "vitest";
import { claimsOfPage } from "./page";
import { allRows, flawOf } from "./rows";
import { type Claim, repo } from "./sentences";
import { claimsOfComments, claimsOfPackage } from "./sources";

const pages = ["README.md", "docs/command.md", "docs/architecture.md"];
const programs = globSync(["index.ts", "Pulumi*.yaml", "examples/*/{*.ts,Pulumi*.yaml}"], { cwd: repo });
const rows = allRows();

function keyOf({ at, sentence }: Claim): string {
  return `| \`${at}\` | ${sentence.replaceAll("|", "\\|")} |`;
}

test("each sentence of the documentation has a row in tests/claims, and each row its sentence", () => {
  const said = [...claimsOfPackage(), ...pages.flatMap(claimsOfPage), ...programs.flatMap(claimsOfComments)].map(keyOf);
  const listed = new Set(rows.map(keyOf));
  const missing = said.filter((key) => !listed.has(key)).map((key) => `add the row: ${key} FILE › NAME OF THE TEST |`);
  const left = [...listed].filter((key) => !said.includes(key)).map((key) => `remove the row: ${key}`);
  expect([...missing, ...left]).toEqual([]);
  expect(said.length).toBeGreaterThan(450);
});

test("each test that tests/claims names exists", () => {
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
  expect(flawOf("unit/claims/claims.test.ts › says nothing of the kind")).toContain("has no test");
  for (const nothing of ["", "surely", "not tested: "]) expect(flawOf(nothing)).toContain("names no test");
});
