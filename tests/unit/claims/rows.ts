import { globSync } from "node:fs";
import { join } from "node:path";
import { cellsOf } from "./page";
import { type Claim, readRepo, repo } from "./sentences";

/** A row of a table in tests/claims. */
export interface Row extends Claim {
  /** Each as `FILE › NAME OF THE TEST`, or one of `withoutTest`. */
  proofs: string[];
}

/** What needs no test, or has none; the last one says why. */
const withoutTest = /^(says what it is|says how to read it|not tested: .{10,})$/;

export function allRows(): Row[] {
  return globSync("tests/claims/*.md", { cwd: repo }).flatMap((path) => rowsOf(readRepo(path)));
}

/** The rows of tables `| where | sentence | proven by |`. */
export function rowsOf(markdown: string): Row[] {
  return markdown
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (where|-)/.test(line))
    .map((line) => {
      const [at = "", sentence = "", proofs = ""] = cellsOf(line);
      return { at: at.replace(/^`|`$/g, ""), sentence, proofs: proofs.split(";").map((proof) => proof.trim()) };
    });
}

/** What is missing of a proof; undefined where nothing is. */
export function flawOf(proof: string): string | undefined {
  if (withoutTest.test(proof)) return undefined;
  const [, path = "", name = ""] = /^(\S+\.ts) › (.+)$/.exec(proof) ?? [];
  if (path === "") return `"${proof}" names no test`;
  let text: string;
  try {
    text = readRepo(join("tests", path));
  } catch {
    return `there is no tests/${path}`;
  }
  return ['"', "'", "`"].some((quote) => text.includes(quote + name))
    ? undefined
    : `tests/${path} has no test "${name}"`;
}
