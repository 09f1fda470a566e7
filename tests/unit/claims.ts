import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const repo = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** One sentence that users read, and where it stands. */
export interface Claim {
  at: string;
  sentence: string;
}

/** A row of tests/claims.md. */
export interface Row extends Claim {
  /** Each as `FILE › NAME OF THE TEST`, or a reason in words. */
  proofs: string[];
}

export function readRepo(path: string): string {
  return readFileSync(join(repo, path), "utf8");
}

/** The sentences of the documentation of all that a file of the package declares, without the sources that they name. */
export function claimsOf(path: string): Claim[] {
  const file = ts.createSourceFile(path, readRepo(path), ts.ScriptTarget.Latest, true);
  const claims: Claim[] = [];
  const visit = (node: ts.Node, owner: string): void => {
    const name = (node as { name?: ts.Node }).name?.getText(file);
    const at = name === undefined ? owner : owner === "" ? name : `${owner}.${name}`;
    for (const { comment } of ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)) {
      const text = ts.getTextOfJSDocComment(comment) ?? "";
      const owned = ts.isVariableStatement(node) ? node.declarationList.declarations[0]?.name.getText(file) : at;
      claims.push(...sentencesOf(text).map((sentence) => ({ at: owned ?? at, sentence })));
    }
    ts.forEachChild(node, (child) => visit(child, at));
  };
  visit(file, "");
  return [...new Map(claims.map((claim) => [`${claim.at} ${claim.sentence}`, claim])).values()];
}

/** The sentences of a section of README, without its tables, pictures and commands. */
export function claimsOfReadme(section: string): Claim[] {
  const [, after = ""] = readRepo("README.md").split(`### ${section}\n`);
  const [body = ""] = after.split(/\n#/);
  const prose = body.replace(/^```[\s\S]*?^```|^!\[.*$|^\|.*$/gm, "");
  return sentencesOf(prose).map((sentence) => ({ at: `README: ${section}`, sentence }));
}

function sentencesOf(text: string): string[] {
  return text
    .split(/\n\s*\n/)
    .filter((paragraph) => !paragraph.startsWith("Source: "))
    .map((paragraph) => paragraph.replace(/\s+/g, " ").trim())
    .flatMap((paragraph) => paragraph.split(/(?<=[.!?…])\s+(?=[A-Z"`])/))
    .filter((sentence) => sentence !== "");
}

/** The rows of the tables in tests/claims.md: `| where | sentence | tests |`. */
export function rowsOf(markdown: string): Row[] {
  return markdown
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (where|-)/.test(line))
    .map((line) => {
      const [at = "", sentence = "", proofs = ""] = line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll("\\|", "|"));
      return { at: at.replace(/^`|`$/g, ""), sentence, proofs: proofs.split(";").map((proof) => proof.trim()) };
    });
}

/** What is missing of a proof; undefined where nothing is. */
export function flawOf(proof: string): string | undefined {
  const [, path = "", name = ""] = /^(\S+\.test\.ts) › (.+)$/.exec(proof) ?? [];
  if (path === "") return proof === "" ? "names no test" : undefined;
  let text: string;
  try {
    text = readRepo(`tests/${path}`);
  } catch {
    return `there is no tests/${path}`;
  }
  return ['"', "`"].some((quote) => text.includes(quote + name)) ? undefined : `tests/${path} has no test "${name}"`;
}
