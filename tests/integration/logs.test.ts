import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { images, program } from "./support/programs.ts";
import type { Finished } from "./support/run.ts";
import { TestStack } from "./support/stack.ts";

interface InitLog {
  container: string;
  exitCode?: number;
  restarts: number;
  log: string[];
  truncated: boolean;
}

const chattyLines = 100_000;
/** Far fewer than it logs, and more than are shown. */
const most = 600;

const scripts = {
  // Containerd reads stdout and stderr apart, and may log two lines that come at once the other way round.
  flaky: `
    echo "try begins"
    if test -e /state/tried; then echo "this time it works"; exit 0; fi
    touch /state/tried
    sleep 0.2
    echo "the first time it fails" >&2
    exit 3`,
  chatty: `i=0; seq 1 ${chattyLines} | sed "s/^/line /"`,
  spiky: `
    printf "\\033[31mred\\033[0m \\033]0;title\\007\\342\\200\\256reversed\\n"
    printf "the token is %s" "\${TOKEN%-value}"
    sleep 1
    printf "%s, it is said\\n" "-value"
    echo "10 %"; printf "20 %%\\r100 %%\\n"
    echo "<{%nonsense%}>"`,
};

const args = `{
  volumes: { state: { mountPath: "/state" } },
  init: [
    { name: "flaky", image: "${images.busybox}", run: { script: ${JSON.stringify(scripts.flaky)} } },
    { name: "chatty", image: "${images.busybox}", run: { script: ${JSON.stringify(scripts.chatty)} } },
    {
      name: "spiky",
      image: "${images.busybox}",
      run: { script: ${JSON.stringify(scripts.spiky)}, env: { TOKEN: pulumi.secret("s3cr3t-value") } },
    },
  ],
  container: { image: "${images.unprivileged}", port: 8080 },
}`;

describe("the logs of three init containers", () => {
  let stack: TestStack;
  let up: Finished;
  let shown: string[];

  beforeAll(async () => {
    stack = await TestStack.create(program(args));
    up = await stack.up();
    shown = up.output
      .split("\n")
      .flatMap((line) => /\b(?:flaky|chatty|spiky)(?: \(attempt \d\))? \| .*$/.exec(line)?.[0] ?? []);
  });
  afterAll(() => stack.remove());

  test("of an attempt that fails and of the next one that succeeds are shown, each once and in order", () => {
    expect(shown.filter((line) => line.startsWith("flaky"))).toEqual([
      "flaky | try begins",
      "flaky | the first time it fails",
      "flaky (attempt 2) | try begins",
      "flaky (attempt 2) | this time it works",
    ]);
  });

  test("of one that logs much are cut with a word, and their end is shown", () => {
    const lines = shown.filter((line) => line.startsWith("chatty")).map((line) => line.replace("chatty | ", ""));
    expect(lines.length).toBeLessThan(most);
    const cut = lines.findIndex((line) => line.startsWith("…"));
    expect(lines.slice(0, cut)).toEqual(Array.from({ length: cut }, (_, at) => `line ${at + 1}`));
    expect(lines[cut + 1]).toMatch(/^… (more than )?[\d,]+ lines are not shown$/);
    expect(lines.at(-1)).toBe(`line ${chattyLines}`);
  });

  test("hold no escape sequence, no secret that was printed in pieces, and nothing that Pulumi takes for a colour", () => {
    expect(shown.filter((line) => line.startsWith("spiky")).slice(0, 5)).toEqual([
      "spiky | red reversed",
      "spiky | the token is [secret], it is said",
      "spiky | 10 %",
      "spiky | 100 %",
      "spiky | <{ %nonsense%}>",
    ]);
    expect(up.output).not.toMatch(/s3cr3t/);
    expect(up.output).not.toContain("\u001b");
    expect(up.output).not.toContain("\u202e");
  });

  test("come in the order of the containers", () => {
    const order = shown.map((line) => line.split(/ \|| \(/)[0]);
    expect([...new Set(order)]).toEqual(["flaky", "chatty", "spiky"]);
    expect(order).toEqual([...order].sort((a = "", b = "") => rank(a) - rank(b)));
  });

  test("are outputs of the InitPod: the last lines of each, without the secret", async () => {
    const logs = (await stack.outputs()).initLogs as InitLog[];
    expect(
      logs.map(({ container, exitCode, restarts, truncated }) => [container, exitCode, restarts, truncated]),
    ).toEqual([
      ["flaky", 0, 1, false],
      ["chatty", 0, 0, true],
      ["spiky", 0, 0, false],
    ]);
    expect(logs[0]?.log).toEqual(["try begins", "this time it works"]);
    expect(logs[1]?.log).toEqual(Array.from({ length: 20 }, (_, at) => `line ${chattyLines - 19 + at}`));
    expect(logs[2]?.log).toContain("the token is [secret], it is said");
  });
});

function rank(container: string): number {
  return Object.keys(scripts).indexOf(container);
}
