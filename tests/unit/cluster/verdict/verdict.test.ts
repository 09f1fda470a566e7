import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Pod, PodEvent } from "../../../../components/cluster/pods/pod.ts";
import type { Verdict } from "../../../../components/cluster/verdict/types.ts";
import { stateKey, verdict } from "../../../../components/cluster/verdict/verdict.ts";
import { tolerate } from "../tolerate.ts";
import { attempts } from "./rows/attempts.ts";
import { progress } from "./rows/progress.ts";
import type { Row } from "./rows/row.ts";
import { scheduling } from "./rows/scheduling.ts";
import { starts } from "./rows/starts.ts";
import { wholePods } from "./rows/wholePods.ts";

interface Snapshot {
  pod: Pod;
  events: PodEvent[];
}

const groups = { attempts, starts, scheduling, "Pods as a whole": wholePods, progress };
const rows = Object.values(groups).flat();
const folder = join(import.meta.dirname, "../../../fixtures/verdict");
const read = (name: string): Snapshot => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Snapshot;

function judge({ snapshot, settings }: Pick<Row, "snapshot" | "settings">): Verdict {
  const { pod, events } = read(snapshot);
  return verdict(pod, events, { retries: tolerate(1), mustServe: false, seenSeconds: 0, ...settings });
}

describe.for(Object.entries(groups))("verdict: %s", ([, group]) => {
  test.for(group)("$it", (row) => {
    const judged = judge(row);
    // A message is checked where it matters, all else always.
    expect({ ...judged, message: undefined }).toEqual({ ...row.expected, message: undefined });
    if (row.expected.message !== undefined) expect(judged).toHaveProperty("message", row.expected.message);
  });
});

describe("the table of snapshots", () => {
  test("uses every file", () => {
    const files = readdirSync(folder).map((file) => file.replace(/\.json$/, ""));
    expect(files.sort()).toEqual([...new Set(rows.map(({ snapshot }) => snapshot))].sort());
  });

  test("is complete without any watching, as when Pods of an earlier run are judged", () => {
    for (const row of rows) {
      const { pod } = read(row.snapshot);
      expect(() =>
        verdict(pod, [], { retries: tolerate(1), mustServe: false, seenSeconds: Number.POSITIVE_INFINITY }),
      ).not.toThrow();
    }
  });
});

describe("stateKey", () => {
  const key = (snapshot: string) => stateKey(read(snapshot).pod, { retries: tolerate(5), mustServe: false });

  test("stays the same between the tries of an image pull, so that their grace goes on", () => {
    expect(key("image-pull-back-off")).toBe(key("image-pull-error"));
  });

  test("stays the same while a container crashes and runs again", () => {
    expect(key("init-runs-after-failures")).toBe(key("init-first-failure"));
  });

  test("changes when a scheduling gate is lifted, so that the grace of the scheduler starts then", () => {
    expect(key("unschedulable")).not.toBe(key("scheduling-gated"));
  });

  test("changes when an image that could not be pulled has come", () => {
    expect(key("init-running")).not.toBe(key("image-pull-back-off"));
  });
});
