import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { images, program } from "./support/programs.ts";
import { openProxy } from "./support/proxy.ts";
import { onlySandbox, restartApiServer, sandboxPart } from "./support/sandboxPart.ts";
import { TestStack } from "./support/stack.ts";

const lastLine = 30;
/** A line each second, so that some come before, while and after the connection is away. */
const counting = program(`{
  init: [{ name: "count", image: "${images.busybox}", run: { script: "for n in $(seq ${lastLine}); do echo line $n.; sleep 1; done" } }],
  container: { image: "${images.unprivileged}", port: 8080 },
}`);

/** Each log line of the init container, as `up` showed it. */
function shownLines(output: string): number[] {
  const streamed = output.split("\nOutputs:")[0] ?? "";
  return [...streamed.matchAll(/count \| line (\d+)\./g)].map(([, number]) => Number(number));
}

const allLines = Array.from({ length: lastLine }, (_, index) => index + 1);

let stack: TestStack | undefined;
afterEach(async () => {
  await stack?.remove();
  stack = undefined;
});

/** Runs `up`, and `interrupt` once the init container has logged its fifth line. */
async function upWith(interrupt: () => Promise<void>): Promise<{ output: string; seconds: number }> {
  let interrupted: Promise<void> | undefined;
  let seen = "";
  const up = stack?.up({
    onOutput: (text) => {
      seen += text;
      if (seen.includes("| line 5.")) interrupted ??= interrupt();
    },
  });
  if (up === undefined) throw new Error("There is no stack.");
  const finished = await up;
  if (interrupted === undefined) throw new Error(`The fifth line was never shown:\n${finished.output}`);
  await interrupted;
  return finished;
}

describe("`up` while an init container runs", () => {
  test("goes on after a connection that was cut for 20 s, with each log line once", async () => {
    const folder = mkdtempSync(join(tmpdir(), "init-pod-cut-"));
    const { proxy, kubeconfig } = await openProxy(folder);
    try {
      stack = await TestStack.create(counting, { env: { KUBECONFIG: kubeconfig } });
      const { output, seconds } = await upWith(() => proxy.cut(20_000));
      expect(output).toContain(proxy.server);
      expect(shownLines(output)).toEqual(allLines);
      expect(seconds).toBeLessThan(lastLine + 45);
      await stack.remove();
      stack = undefined;
    } finally {
      proxy.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("goes on after the API server was killed and started again, with each log line once", async (context) => {
    const pid = await sandboxPart("kube-apiserver");
    if (pid === undefined) return context.skip(onlySandbox);
    stack = await TestStack.create(counting);
    const { output, seconds } = await upWith(() => restartApiServer(pid, 3_000));
    expect(shownLines(output)).toEqual(allLines);
    expect(seconds).toBeLessThan(lastLine + 60);
    expect((await fetch(await stack.output("url"))).status).toBe(200);
  });
});
