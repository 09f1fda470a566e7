import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { networkName } from "./constants.ts";

/** All Pods' cgroups lie below one of ours, so that they never mix with another kubelet's and can be removed by name. */
export const cgroupRoot = `/${networkName}`;

const groupsRoot = "/sys/fs/cgroup";

export function ensureCgroups(): void {
  for (const folder of hierarchies()) {
    if (existsSync(join(folder, "cgroup.controllers"))) enableControllers(folder);
    mkdirSync(join(folder, cgroupRoot), { recursive: true });
  }
}

/** Version 2 gives a group only the controllers that its parent hands on. */
function enableControllers(folder: string): void {
  for (const name of readFileSync(join(folder, "cgroup.controllers"), "utf8").trim().split(" ")) {
    try {
      writeFileSync(join(folder, "cgroup.subtree_control"), `+${name}`);
    } catch {
      // Not all can be handed on everywhere; kubelet names those that it misses.
    }
  }
}

export function removeCgroups(): void {
  for (const folder of hierarchies()) removeTree(join(folder, cgroupRoot));
}

/** A cgroup's files can't be removed, only its folder, and only from the leaves up. */
function removeTree(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(folder, entry.name));
  }
  try {
    rmdirSync(folder);
  } catch {
    // A process that is still ending holds it; an empty group costs nothing and is used again.
  }
}

/** The one of version 2, or each of version 1. */
function hierarchies(): string[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => / - cgroup2? /.test(line))
    .flatMap((line) => line.split(" ")[4] ?? [])
    .filter((folder) => folder.startsWith(groupsRoot));
}
