import { describe, expect, test } from "vitest";
import { describePod } from "../../../../components/cluster/report/progress/describePod.ts";
import { progressLine } from "../../../../components/cluster/report/progress/progressLine.ts";
import { StepReporter } from "../../../../components/cluster/report/progress/stepReporter.ts";
import { failureTable } from "../../../../components/cluster/report/table.ts";
import { verdict } from "../../../../components/cluster/verdict/verdict.ts";
import { readSnapshot } from "../snapshots.ts";
import { tolerate } from "../tolerate.ts";

const judge = (pod: ReturnType<typeof readSnapshot>["pod"]) => {
  const at = verdict(pod, [], { retries: tolerate(5), mustServe: true, seenSeconds: 0 });
  if (at.kind === "failed") throw new Error(at.reason);
  return at;
};

describe("a Pod all of whose containers a rule restarts", () => {
  test("is said to restart in place while it does", () => {
    const { pod } = readSnapshot("all-restarting");
    expect(progressLine(pod, judge(pod), tolerate(5))).toBe('the Pod restarts in place, as a rule of "trigger" says');
    expect(describePod(pod, judge(pod))).toBe("restarts in place, as a rule of trigger says");
  });

  test("is said so also while kubelet still stops those that have not ended", async () => {
    const { pod } = readSnapshot("all-restarted-and-failed-again");
    const [app] = pod.status?.containerStatuses ?? [];
    if (app !== undefined) app.state = { terminated: { exitCode: 143, reason: "Error" } };
    expect(progressLine(pod, judge(pod), tolerate(5))).toMatch(/^the Pod restarts in place/);
    const steps = await new StepReporter(undefined).stepsOf(pod);
    expect(steps.map(({ name, text }) => [name, text])).toEqual([
      ["init", "done, attempt 2"],
      ["app", "stopped (exit code 143)"],
      ["trigger", "failed with exit code 42, attempt 2"],
    ]);
  });

  test.each(["all-restarting", "all-restarted-once", "all-restarted-twice"])(
    "has no container that failed with the exit code that kubelet invents: %s",
    async (name) => {
      const { pod } = readSnapshot(name);
      const steps = await new StepReporter(undefined).stepsOf(pod);
      const rows = failureTable(pod, undefined, undefined);
      expect(steps.map(({ state }) => state)).not.toContain("failed");
      for (const { text } of steps) expect(text).not.toContain("137");
      for (const { state } of rows) expect(state).not.toContain("137");
      expect(progressLine(pod, judge(pod), tolerate(5))).not.toContain("137");
      expect(describePod(pod, judge(pod))).not.toContain("137");
    },
  );
});
