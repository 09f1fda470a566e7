import { describe, expect, test } from "vitest";
import { StepReporter } from "../../../../components/cluster/report/progress/stepReporter.ts";
import { failureTable } from "../../../../components/cluster/report/table.ts";
import { readSnapshot, snapshotNames } from "../snapshots.ts";

/** No snapshot is of a Pod that was older than an hour. */
const anHourLater = (since: string | undefined): Date => new Date(Date.parse(since ?? "") + 3_600_000);
const longest = 3_600;

function secondsIn(duration: string): number {
  const [, hours = 0, minutes = 0, seconds = 0] =
    /^(?:(\d+) h )?(?:(\d+) m ?)?(?:(?:< )?([\d.]+) s)?$/.exec(duration) ?? [];
  return Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
}

describe.each(snapshotNames)("of the Pod %s", (name) => {
  const { pod } = readSnapshot(name);
  const now = anHourLater(pod.metadata.creationTimestamp);

  test("no container takes longer than the Pod is old, on the page, in `status` and in the table of an error", async () => {
    const steps = await new StepReporter(undefined).stepsOf(pod, now);
    const rows = failureTable(pod, undefined, now);
    for (const duration of [...steps.map((step) => step.duration), ...rows.map(({ time }) => time)]) {
      expect(secondsIn(duration), duration).toBeLessThanOrEqual(longest);
    }
  });
});
