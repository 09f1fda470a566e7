import { cleanLine } from "../../text";

/**
 * A text as code, also in a cell of a table: nothing in it is markup, mentions anybody or leads anywhere.
 * Source: https://github.github.com/gfm/#code-spans and https://github.github.com/gfm/#example-200
 */
export function code(text: string): string {
  const line = cleanLine(text);
  if (line.trim() === "") return '`""`';
  // A cell takes the backslash of `\|` away, and leaves no way to write that one.
  if (line.includes("\\|")) return `<code>${line.replace(/[^A-Za-z0-9 ]/gu, entity)}</code>`;
  const fence = "`".repeat(longestRun(line) + 1);
  const pad = /^[ `]|[ `]$/.test(line) ? " " : "";
  return `${fence}${pad}${line.replaceAll("|", "\\|")}${pad}${fence}`;
}

function entity(character: string): string {
  return `&#${character.codePointAt(0) ?? 0};`;
}

/** How many backticks follow one another at most. */
export function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, { length }) => Math.max(longest, length), 0);
}

/** A word that is neither markup nor anything that GitHub makes a link of. */
const plainWord = /^["'(]*[\p{L}\p{N}](?:[\p{L}\p{N}'’-]|[./=](?=[\p{L}\p{N}]))*[.,;:)"'?]*$|^[→–]$/u;
/** Addresses, issues and commits. */
const linked = /www\.|\bgh-\d|(?:^|[^a-z])[0-9a-f]{7,}/i;
/** A sentence, in one line: what GitHub might take for markup, a mention or a link, is shown as code. */
export function prose(text: string): string {
  const words = cleanLine(text.replace(/\s+/g, " ")).split(" ").filter(Boolean);
  return words.map(proseWord).join(" ");
}

function proseWord(word: string): string {
  if (plainWord.test(word) && !linked.test(word)) return word;
  const [, start = "", inner = "", end = ""] = /^([("']*)(.*?)([.,;)"']*)$/su.exec(word) ?? [];
  if (inner === "") return code(word);
  const [, quoted] = /^`([^`]+)`$/.exec(inner) ?? [];
  return start + code(quoted ?? inner) + end;
}

/** Lines as they are, in a block of code that none of them ends. */
export function fenced(lines: readonly string[], language = "text"): string[] {
  const fence = "`".repeat(Math.max(3, longestRun(lines.join("\n")) + 1));
  return [fence + language, ...lines, fence];
}

/** What is shown only once it is asked for. `summary` is words of ours. */
export function folded(summary: string, lines: readonly string[]): string[] {
  return ["<details>", `<summary>${summary}</summary>`, "", ...lines, "", "</details>"];
}

/** A row of a table; the cells are Markdown already. */
export function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** The first of `lines` that `room` characters hold, with their line ends, and how many are left out. */
export function fitting(lines: readonly string[], room: number): { lines: string[]; left: number } {
  let length = 0;
  const count = lines.findIndex((line) => (length += line.length + 1) > room);
  return count < 0 ? { lines: [...lines], left: 0 } : { lines: lines.slice(0, count), left: lines.length - count };
}
