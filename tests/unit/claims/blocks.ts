import { readRepo } from "./sentences";

/** The blocks of code of a page that are in this language. */
export function blocksOf(path: string, language: string): string[] {
  return [...readRepo(path).matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map(
    ([, code = ""]) => code,
  );
}
