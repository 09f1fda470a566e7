import { afterAll, beforeAll, expect, test } from "vitest";
import { images } from "./support/programs.ts";
import { diagnostics, TestStack } from "./support/stack.ts";

const names = ["a", "b", "c", "d"];
/** Fails at once, so that kubelet starts the next attempt while the error is put together. */
const script = `n=$(($(cat /state/n 2>/dev/null || echo 0) + 1)); echo $n > /state/n
for line in 1 2 3; do echo "attempt $n line $line"; done
exit 3`;

let stack: TestStack;
beforeAll(async () => {
  stack = await TestStack.create(`
const { InitPod } = require("init-pod");
for (const name of ${JSON.stringify(names)}) new InitPod(name, {
  volumes: { state: { mountPath: "/state" } },
  init: [{ name: "step", image: "${images.busybox}", retries: 0, run: { script: ${JSON.stringify(script)} } }],
  container: { image: "${images.unprivileged}", port: 8080 },
  forward: { mode: "never" },
});
`);
});
afterAll(() => stack.remove());

test("the error of a step that may not fail shows the log of its first attempt, whole, and nothing of the second", async () => {
  const { code, output } = await stack.tryUp();
  expect(code).not.toBe(0);
  const shown = [...diagnostics(output).matchAll(/\| (attempt \d line \d)/g)].map(([, line]) => line);
  expect(shown).toEqual(names.flatMap(() => [1, 2, 3].map((line) => `attempt 1 line ${line}`)));
});
