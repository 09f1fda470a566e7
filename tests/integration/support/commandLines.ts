import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repo } from "./stack.ts";

/** The command lines that README shows. */
export function ofReadme(): string[] {
  const readme = readFileSync(join(repo, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => block ?? "");
  return blocks.flatMap((block) => block.split("\n").filter(Boolean));
}

/** The command lines that `npm start` ends with. */
export function ofStart(output: string): string[] {
  const [, next = ""] = output.split("\nNext:\n");
  return next.split("\n").flatMap((line) => /^ {2}(.+)/.exec(line)?.[1] ?? []);
}

export function withoutComment(line: string): string {
  return line.replace(/\s+# .*/, "");
}
