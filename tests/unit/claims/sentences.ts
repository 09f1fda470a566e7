import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const repo = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** One sentence that users read, and where it stands. */
export interface Claim {
  at: string;
  sentence: string;
}

export function readRepo(path: string): string {
  return readFileSync(join(repo, path), "utf8");
}

export function sentencesOf(text: string): string[] {
  return text
    .split(/\n\s*\n/)
    .filter((paragraph) => !paragraph.startsWith("Source: "))
    .map((paragraph) => paragraph.replace(/\s+/g, " ").trim())
    .flatMap((paragraph) => paragraph.split(/(?<=[.!?…])\s+(?=[A-Z"`*])/))
    .filter((sentence) => sentence !== "");
}

/** Each claim once, in order. */
export function distinct(claims: readonly Claim[]): Claim[] {
  return [...new Map(claims.map((claim) => [`${claim.at} ${claim.sentence}`, claim])).values()];
}
