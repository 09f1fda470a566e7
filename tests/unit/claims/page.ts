import { type Claim, distinct, readRepo, sentencesOf } from "./sentences";

/**
 * What a page of Markdown says: the sentences of its text, each row of its tables, each command that it shows, and the
 * comments of its code. Not its pictures, and not what a script has drawn into it between two comments.
 */
export function claimsOfPage(path: string): Claim[] {
  const text = readRepo(path)
    .replace(/^<!-- (\w+): .*-->$[^]*?^<!-- \/\1 -->$/gm, "")
    .replace(/^!\[.*$/gm, "");
  const [introduction = "", ...sections] = text.split(/^#{2,} /m);
  return distinct([
    ...claimsOfSection(path, introduction.replace(/^# .*$/m, "")),
    ...sections.flatMap((section) => {
      const [title = ""] = section.split("\n", 1);
      return claimsOfSection(`${path}: ${title}`, section.slice(title.length));
    }),
  ]);
}

function claimsOfSection(at: string, section: string): Claim[] {
  // A block of code is a part of its own, so that its comments are no part of the text.
  const sentences = section
    .split(/^(```.*\n[^]*?^```)$/m)
    .flatMap((part) => (part.startsWith("```") ? sentencesOfCode(part) : sentencesOfText(part)));
  return sentences.map((sentence) => ({ at, sentence }));
}

function sentencesOfText(text: string): string[] {
  const [rows, lines] = [/^\|(?! -).*\|$/gm, /^\|.*\|$/gm];
  const items = text.replace(lines, "").replace(/^ *(?:-|\d+\.) /gm, "\n");
  // The first row of a table has its titles.
  const tables = [...text.matchAll(/^(?:\|.*\|\n)+/gm)].flatMap(([table]) => [...table.matchAll(rows)].slice(1));
  return [...sentencesOf(items), ...tables.map(([row]) => cellsOf(row).join(": "))];
}

function sentencesOfCode(block: string): string[] {
  const [first = "", ...rest] = block.split("\n").slice(0, -1);
  const language = first.slice(3);
  const lines = rest.filter((line) => line.trim() !== "");
  if (language === "sh") return lines.map((line) => line.replace(/\s+/g, " "));
  const comments = rest
    .map((line) => /^\s*(?:\/\/|#|\/\*\*) (.*?)(?: \*\/)?$|(?<=[;,)]) \/\/ (.*)$/.exec(line))
    .map((found) => found?.[1] ?? (found?.[2] === undefined ? "" : `\n${found[2]}\n`));
  return [`the ${language} that begins with: ${lines[0]?.trim()}`, ...sentencesOf(comments.join("\n"))];
}

export function cellsOf(row: string): string[] {
  return row
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}
