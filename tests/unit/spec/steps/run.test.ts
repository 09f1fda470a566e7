import { describe, expect, test } from "vitest";
import { leavesOf } from "../../../../components/spec/manifest/leaves.ts";
import type { Container } from "../../../../components/spec/steps/plan.ts";
import { type Run, run as plan } from "../../../../components/spec/steps/run.ts";
import { run } from "../kubelet.ts";

function container(value: Run): Container {
  const leaves = leavesOf({ container: { image: "app" } }, (text) => new Error(text));
  return plan(value).container("init[0].run", leaves);
}

describe("a run step", () => {
  test("gives its script to the shell exactly as it is", async () => {
    const script = 'echo "$(echo inner)" "$NOTE"; [ "$$" -gt 0 ] && echo number';

    const { code, log } = await run(container({ script, env: { NOTE: "pa$$word $(NOTE)" } }));

    expect({ code, log }).toEqual({ code: 0, log: "inner pa$$word $(NOTE)\nnumber\n" });
  });

  test("stops at the first failing command", async () => {
    expect(await run(container({ script: "echo one; false; echo two" }))).toEqual({ code: 1, log: "one\n" });
  });

  test("stops at an unset variable", async () => {
    const { code, log } = await run(container({ script: "echo $UNSET; echo two" }));

    expect(code).not.toBe(0);
    expect(log).not.toContain("two");
  });

  test("runs a script by a shell of one's own", async () => {
    expect(await run(container({ script: "echo $-; false | true; echo end", shell: ["sh", "-c"] }))).toMatchObject({
      code: 0,
    });
  });

  test("runs a command without a shell, its arguments as they are", async () => {
    expect(await run(container({ command: ["printf", "%s", "$HOME $(HOME) $$"] }))).toEqual({
      code: 0,
      log: "$HOME $(HOME) $$",
    });
  });
});
