import { describe, expect, test } from "vitest";
import type { Tail } from "../../../../components/cluster/logs/tail.ts";
import { failureReport } from "../../../../components/cluster/report/failure.ts";
import { StepReporter } from "../../../../components/cluster/report/progress/stepReporter.ts";
import { renderForPulumi } from "../../../../components/cluster/report/render/pulumi.ts";
import { masker } from "../../../../components/text/mask.ts";
import { plainText } from "../../../../components/text/style.ts";
import { ended, podOf } from "./failedPod.ts";

const lines = (...all: string[]): Tail => ({ lines: all, truncated: false });

function said(message: string | undefined, tail: Tail, mask?: (text: string) => string) {
  const pod = podOf({ init: { migrate: { state: ended(3, 0, 1, { message }) } } });
  const verdict = { kind: "failed", container: "migrate", reason: "Error", exitCode: 3, message } as const;
  const report = failureReport({ pod, verdict, tail, mask });
  return { log: report.log?.lines, words: report.words, text: renderForPulumi(report, plainText) };
}

describe("what a step wrote into its termination file", () => {
  test("stands beside its log, where that says something else", () => {
    const { log, words, text } = said("schema 7 is older than 9\n", lines("connecting", "giving up"));
    expect([log, words]).toEqual([["connecting", "giving up"], ["schema 7 is older than 9"]]);
    expect(text).toContain("Its log:\n  | connecting\n  | giving up\n\nIts last words:\n  | schema 7 is older than 9");
  });

  test("is said also where logs may not be read", () => {
    const { words } = said("schema 7 is older than 9", lines("(no right to read this log: pods is forbidden)"));
    expect(words).toEqual(["schema 7 is older than 9"]);
  });

  test.each([
    ["its log is gone", { ...lines(), gone: true }],
    ["it logged nothing", lines()],
  ])("is said alone where %s", (_, tail) => {
    const { log, words, text } = said("schema 7 is older than 9", tail);
    expect([log, words]).toEqual([undefined, ["schema 7 is older than 9"]]);
    expect(text).not.toMatch(/Its log|It logged/);
  });

  test.each([
    ["the same", "one\ntwo", lines("one", "two")],
    ["its end, as kubelet keeps it", "two\nthree\n", lines("one", "two", "three")],
    ["its end, of whose first line the beginning is cut off", "o\nthree", lines("one", "two", "three")],
    ["all of a log of which only the end was read", "one\ntwo\nthree", { ...lines("two", "three"), truncated: true }],
    ["nothing but blanks", " \n\n", lines("one")],
    ["nothing", undefined, lines("one")],
  ])("is not said again where it is %s", (_, message, tail) => {
    expect(said(message, tail)).toMatchObject({ log: tail.lines, words: [] });
  });

  test("takes the place of a log that it holds", () => {
    expect(said("why: no licence\ngiving up", lines("giving up"))).toMatchObject({
      log: undefined,
      words: ["why: no licence", "giving up"],
    });
  });

  test("shows no secret and steers no terminal", () => {
    expect(said("token s3cret\u001b[2J refused", lines("x"), masker(["s3cret"])).words).toEqual([
      "token [secret] refused",
    ]);
  });

  test("stands in `status` and on the page too, where logs may be shown there", async () => {
    const pod = podOf({ init: { migrate: { state: ended(3, 0, 1, { message: "schema 7 is older than 9" }) } } });
    const shown = await new StepReporter(() => Promise.resolve(["giving up"])).stepsOf(pod);
    expect(shown[0]?.log).toEqual(["giving up", "schema 7 is older than 9"]);
    expect((await new StepReporter(undefined).stepsOf(pod))[0]?.log).toEqual([]);
    const once = await new StepReporter(() => Promise.resolve(["schema 7 is older than 9"])).stepsOf(pod);
    expect(once[0]?.log).toEqual(["schema 7 is older than 9"]);
  });
});
