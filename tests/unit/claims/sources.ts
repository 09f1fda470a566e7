import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { type Claim, distinct, readRepo, repo, sentencesOf } from "./sentences";

/** The sentences of the documentation of all that the package exports, without the sources that they name. */
export function claimsOfPackage(): Claim[] {
  const declarations = exportsOf("components/index.ts");
  const files = [...new Set(declarations.map(({ path }) => path))];
  return distinct(
    files.flatMap((path) => {
      const names = declarations.filter((one) => one.path === path).map(({ name }) => name);
      return claimsOfDeclarations(path).filter(({ at }) => names.includes(at.split(".")[0] ?? ""));
    }),
  );
}

/** What a file exports from others, with the files that declare it. */
function exportsOf(path: string): { name: string; path: string }[] {
  return parse(path).statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) return [];
    const from = join(dirname(path), (statement.moduleSpecifier as ts.StringLiteral).text);
    const names =
      statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause)
        ? statement.exportClause.elements.map(({ name }) => name.text)
        : [];
    if (existsSync(join(repo, `${from}.ts`))) return names.map((name) => ({ name, path: `${from}.ts` }));
    return exportsOf(`${from}/index.ts`).filter(({ name }) => names.includes(name));
  });
}

function claimsOfDeclarations(path: string): Claim[] {
  const file = parse(path);
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
  return claims;
}

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readRepo(path), ts.ScriptTarget.Latest, true);
}

/** The sentences of the comments of a program or a YAML file, and of its descriptions of settings. */
export function claimsOfComments(path: string): Claim[] {
  const text = readRepo(path);
  const comments = text.replace(/^(?! *(?:\/\/|#) ).*$/gm, "").replace(/^ *(?:\/\/|#) /gm, "");
  const descriptions = [...text.matchAll(/^\s*description: (.*)$/gm)].map(([, description = ""]) => description);
  return distinct([comments, ...descriptions].flatMap(sentencesOf).map((sentence) => ({ at: path, sentence })));
}
