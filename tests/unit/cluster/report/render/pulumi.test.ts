import { describe, expect, test } from "vitest";
import type { Failure } from "../../../../../components/cluster/report/failure.ts";
import { pulumiText } from "../../../../../components/text/style.ts";
import { describeFailure, ended, podOf, report, waiting, warning } from "../failedPod.ts";

describe("a report", () => {
  test("keeps to 80 columns whatever Kubernetes says, and however long names are", () => {
    const name = `${"w".repeat(50)}-3f2a1b0c`;
    const message = `${"a-word-that-has-no-end".repeat(30)} ${"and more of them ".repeat(100)}`;
    const pod = podOf({
      name,
      init: {
        [`s${"t".repeat(60)}ep`]: { state: ended(0) },
        second: { state: waiting("CreateContainerError", message) },
      },
    });
    const text = report({
      pod,
      verdict: { kind: "failed", container: "second", reason: "CreateContainerError", message },
      events: [1, 2, 3, 4, 5].map((at) => warning("Failed", `${at} ${message}`, at)),
    });
    expect(text).toContain("Failed (55 s ago): 5");
    expect(text).not.toContain("Failed (58 s ago)");
    expect(text.split("\n").length).toBeLessThan(36);
  });

  test("breaks its first line between container and Pod where both don't fit", () => {
    const pod = podOf({ name: `${"w".repeat(40)}-3f2a1b0c`, init: { one: { state: ended(1) } } });
    const text = report({ pod, verdict: { kind: "failed", container: "one", reason: "Error", exitCode: 1 } });
    expect(text.split("\n").slice(0, 3)).toEqual([
      'init container "one"',
      `of Pod shop/${"w".repeat(40)}-3f2a1b0c failed`,
      "after 1 attempt: exit code 1",
    ]);
  });

  test("in colour is the same text, with Pulumi's directives, which begin and end on one line", () => {
    const pod = podOf({ init: { one: { state: ended(0) }, two: { state: ended(7) } } });
    const failure: Failure = {
      pod,
      verdict: { kind: "failed", container: "two", reason: "Error", exitCode: 7 },
      tail: { lines: ["no flag"], truncated: false },
    };
    const coloured = describeFailure(failure, pulumiText);
    expect(coloured.replace(/<\{%(bold|fg 1|reset)%\}>/g, "")).toBe(describeFailure(failure));
    for (const line of coloured.split("\n")) {
      expect(line.match(/<\{%reset%\}>/g)?.length).toBe(line.match(/<\{%(bold|fg 1)%\}>/g)?.length);
    }
  });
});
