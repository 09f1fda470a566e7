import { PassThrough } from "node:stream";
import { WriteStream } from "node:tty";
import { stripVTControlCharacters, styleText } from "node:util";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { forwardText } from "../../../../components/cli/print/outcomeText.ts";
import { paintFor } from "../../../../components/cli/print/paint.ts";
import { statusText } from "../../../../components/cli/print/statusText.ts";
import { aligned } from "../../../../components/cli/print/table.ts";
import { inUnits } from "../../../../components/cli/print/urlTable.ts";
import type { ForwardStatus } from "../../../../components/cli/verbs/forwardStatus.ts";
import { type Status, statusOf } from "../../../../components/cli/verbs/status.ts";
import { temporaryFolder } from "../../forward/helpers";
import { clusterOf, command, crashing, done, initializing, podOf, ready, unpullable } from "../shop";

const plain = (_style: unknown, text: string): string => text;
const coloured: typeof styleText = (style, text) => styleText(style, text, { validateStream: false });

const forward: ForwardStatus = {
  name: "web",
  namespace: "shop",
  context: "dev",
  url: "http://127.0.0.1:20001",
  state: "forwarding",
  latencyMs: 3.21,
  connections: { open: 0, total: 12 },
  bytes: { sent: 512, received: 1024 },
};
const tail = ["applying   0041", "a line that is far too long for a narrow terminal, so that it is continued below"];

/** A shop where one thing is well and two are not. */
async function shop(): Promise<Status> {
  const pods = [
    podOf("web", ready),
    podOf("shop", initializing(done, crashing)),
    podOf("tpl", initializing(unpullable)),
  ];
  const status = await statusOf(temporaryFolder(), command(), clusterOf(pods));
  const failed = status.initPods[0]?.pods[0]?.steps.find(({ name }) => name === "migrate");
  failed?.log.push(...tail);
  return { ...status, daemon: { pid: 12, version: "1.0.0" }, forwards: [forward] };
}

describe("status for people", () => {
  test("shows InitPods, steps, the ends of logs, URLs and what to do next", async () => {
    const { initPods, next, ...rest } = await shop();
    const some = { ...rest, initPods: initPods.slice(0, 1), next: next.slice(0, 1) };
    expect(statusText(some, 80, plain)).toBe(`Cluster  dev  https://dev

✗ shop/shop  Pod shop-1
  Can't get Ready: init container "migrate" failed with exit code 3.
    ✓ get      done                                3 s
    ✗ migrate  failed with exit code 3, attempt 2  1 s
      │ applying   0041
      │ a line that is far too long for a narrow terminal, so that it is
      │ continued below
    ○ app      waiting

Forwarder  version 1.0.0, process 12
URL                     INITPOD   STATE       LATENCY  CONNS  BYTES
http://127.0.0.1:20001  shop/web  forwarding  3.2 ms   12     1.5 KiB

Next
  kubectl logs -n shop shop-1 -c migrate  shows all that migrate logged
`);
  });

  test.each([40, 60, 80, 120])("keeps within %i columns, in colours too", async (width) => {
    const text = statusText(await shop(), width, coloured);
    expect(text).toContain("\u001b[");
    for (const line of stripVTControlCharacters(text).split("\n")) expect(line.length, line).toBeLessThanOrEqual(width);
  });

  test("breaks a command so that it can still be copied", async () => {
    const text = statusText(await shop(), 30, plain);
    const command = /^ {2}(kubectl logs[^]*?[^\\])\n/m.exec(text)?.[1];
    expect(command?.replace(/\s*\\\n\s*/g, " ")).toBe("kubectl logs -n shop shop-1 -c migrate");
  });

  test("cuts nothing where there is no terminal", async () => {
    const text = statusText(await shop(), Number.POSITIVE_INFINITY, plain);
    expect(text).toContain(`│ ${tail[1] ?? ""}\n`);
    expect(text).toContain("✗ template  ImagePullBackOff");
  });

  test("shows which URLs don't lead to the Pod, why, and of which other cluster one is", async () => {
    const problem = { kind: "notAnswering" as const, message: "Nothing listens on port 80." };
    const forwards = [{ ...forward, url: "http://127.0.0.1:2", context: "prod", latencyMs: undefined, problem }];
    const text = statusText({ ...(await shop()), forwards }, 100, plain);
    expect(text).toContain("CONTEXT");
    expect(text).toMatch(/:2 +shop\/web +prod +forwarding +- +12 +1\.5 KiB\n {2}Nothing listens on port 80\.\n/);
    expect(text).toMatch(/:20001 +shop\/web +not here +- +- +-\n/);
  });

  test("lets no text of a cluster steer the terminal", async () => {
    const status = await shop();
    const text = statusText({ ...status, cluster: undefined, problem: "\u001b]0;title\u0007 denied" }, 80, plain);
    expect(text).toMatch(/^The cluster can't be read: denied\n/);
  });

  test("says that there is nothing", async () => {
    const status = await statusOf(temporaryFolder(), command(), clusterOf([]));
    expect(statusText(status, 80, plain)).toBe("Cluster  dev  https://dev\n\nNo InitPods.\n");
  });
});

describe("colours", () => {
  const terminal = Object.assign(new PassThrough(), {
    isTTY: true,
    getColorDepth: () => WriteStream.prototype.getColorDepth.call(terminal, { ...process.env, TERM: "xterm-256color" }),
  }) as unknown as WriteStream;

  beforeEach(() => {
    for (const name of ["NO_COLOR", "FORCE_COLOR", "NODE_DISABLE_COLORS", "CI"]) vi.stubEnv(name, undefined);
    onTestFinished(() => void vi.unstubAllEnvs());
  });

  test("are for terminals", () => {
    expect(paintFor(terminal)("red", "x")).toBe("\u001b[31mx\u001b[39m");
    expect(paintFor(new PassThrough() as unknown as WriteStream)("red", "x")).toBe("x");
  });

  test("are left out under NO_COLOR", () => {
    vi.stubEnv("NO_COLOR", "1");
    expect(paintFor(terminal)("red", "x")).toBe("x");
  });
});

test("aligns columns by what is seen, where there is room", () => {
  const rows = [
    ["web", "ready"],
    ["\u001b[32mlonger\u001b[39m", "failing"],
  ];
  expect(aligned(rows, 15)).toEqual(["web     ready", "\u001b[32mlonger\u001b[39m  failing"]);
  expect(aligned(rows, 14)).toBeUndefined();
});

test("shows bytes in units", () => {
  expect([0, 1023, 1536, 3 * 1024 ** 3].map(inUnits)).toEqual(["0 B", "1023 B", "1.5 KiB", "3.0 GiB"]);
});

test("says what became of each URL, and why one failed", () => {
  const web = { name: "web", namespace: "shop", url: "http://127.0.0.1:20001", state: "answers" as const };
  const worker = { name: "worker", namespace: "shop", url: "", state: "failed" as const, message: "It has no URL." };
  expect(forwardText([web, worker], "dev", 80, plain)).toBe(
    "http://127.0.0.1:20001  shop/web     answers\nno URL                  shop/worker  failed\n  It has no URL.\n",
  );
  expect(forwardText([], "dev", 80, plain)).toBe("No InitPod with a URL in context dev.\n");
});
