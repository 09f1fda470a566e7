import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Pod, PodEvent } from "../../../components/cluster/pods/pod.ts";

/** A Pod and its events, as they were seen on a cluster. */
export interface Snapshot {
  pod: Pod;
  events: PodEvent[];
}

const folder = join(import.meta.dirname, "../../fixtures/verdict");

/** By the name of its file in tests/fixtures/verdict. */
export function readSnapshot(name: string): Snapshot {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Snapshot;
}

export const snapshotNames: readonly string[] = readdirSync(folder).map((file) => file.replace(/\.json$/, ""));
