import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** The files that differ from the last commit: changed, deleted, or not known to git yet. */
export function changedFiles(root: string): string[] {
  const lists = [
    ["diff", "--name-only", "--no-renames", "-z", "HEAD"],
    ["ls-files", "--others", "--exclude-standard", "-z"],
  ].map((args) => execFileSync("git", args, { cwd: root, encoding: "utf8" }));
  return lists
    .flatMap((list) => list.split("\0"))
    .filter((file) => file !== "")
    .map((file) => join(root, file));
}
