import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Version of this package. */
export function packageVersion(): string {
  return ownPackage().version;
}

/** Path of a built file of this package, such as `forward/daemon/main.js`. */
export function builtFile(path: string): string {
  return join(ownPackage().folder, "dist", path);
}

let known: { folder: string; version: string } | undefined;

function ownPackage(): { folder: string; version: string } {
  known ??= findOwnPackage();
  return known;
}

/** The sources, the built files and the bundle that users import lie in different depths. */
function findOwnPackage(): { folder: string; version: string } {
  for (let folder = dirname(__dirname); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const text = readFileSync(join(folder, "package.json"), "utf8");
      const { name, version } = JSON.parse(text) as Record<string, string>;
      if (name === "init-pod" && version !== undefined) return { folder, version };
    } catch {
      // Not here: look one folder up.
    }
  }
  return { folder: dirname(dirname(__dirname)), version: "0.0.0" };
}

/** Order of two versions by the rules of semver.org: below zero where `left` is the older one. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [parse(left), parse(right)];
  for (let index = 0; index < 3; index++) {
    const difference = (a.numbers[index] ?? 0) - (b.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (a.pre.length === 0 || b.pre.length === 0) return b.pre.length - a.pre.length;
  for (let index = 0; index < Math.min(a.pre.length, b.pre.length); index++) {
    const difference = comparePart(a.pre[index] ?? "", b.pre[index] ?? "");
    if (difference !== 0) return difference;
  }
  return a.pre.length - b.pre.length;
}

function parse(version: string): { numbers: number[]; pre: string[] } {
  const [withoutBuild = ""] = version.split("+");
  const [core = "", ...pre] = withoutBuild.split("-");
  return {
    numbers: core.split(".").map((part) => Number.parseInt(part, 10) || 0),
    pre: pre.length === 0 ? [] : pre.join("-").split("."),
  };
}

function comparePart(left: string, right: string): number {
  const numeric = [left, right].map((part) => /^\d+$/.test(part));
  if (numeric[0] && numeric[1]) return Number(left) - Number(right);
  if (numeric[0] !== numeric[1]) return numeric[0] ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
}
