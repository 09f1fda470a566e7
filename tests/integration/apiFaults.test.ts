import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { answer, type ApiProxy, isOurs, pass, refuse, replaying, type Rule } from "../support/apiProxy/index.ts";
import { images } from "./support/programs.ts";
import { openProxy } from "./support/proxy.ts";
import { TestStack } from "./support/stack.ts";

const lines = [1, 2, 3, 4, 5, 6];
/** Generous: one that believed the fault would go on to its deadline, which is ten minutes. */
const promptSeconds = 40;

/** Each turn makes a Pod of its own, whose step takes two seconds. */
const program = (turn: string): string => `
const { InitPod } = require("init-pod");
const web = new InitPod("web", {
  init: [{
    name: "step", image: "${images.busybox}",
    run: {
      env: { TURN: ${JSON.stringify(turn)} },
      script: "for line in ${lines.join(" ")}; do echo said $line; sleep 0.3; done",
    },
  }],
  container: { image: "${images.unprivileged}", port: 8080 },
  podSpec: { terminationGracePeriodSeconds: 1 },
  forward: { mode: "never" },
});
exports.podName = web.podName;
`;

describe("an `up` whose API server", () => {
  let stack: TestStack;
  let proxy: ApiProxy;
  let rules: Rule[] = [];

  beforeAll(async () => {
    stack = await TestStack.create(program("none"));
    const opened = await openProxy(stack.folder);
    proxy = opened.proxy;
    stack.env.KUBECONFIG = opened.kubeconfig;
  });
  afterEach(() => {
    for (const rule of rules) rule.remove();
    rules = [];
  });
  afterAll(async () => {
    await stack.remove();
    proxy.close();
  });

  function when(pattern: string, action: ReturnType<typeof pass>, times?: number): Rule {
    const rule = proxy.when(pattern, action, { where: isOurs, times });
    rules.push(rule);
    return rule;
  }

  test.each<[string, () => Rule]>([
    [
      "says of a log that runs that it is not there yet",
      () => when("get pods/log", refuse(400, 'container "step" in pod "web" is waiting to start: PodInitializing'), 6),
    ],
    [
      "does not find a log that runs",
      () => when("get pods/log", refuse(404, "the server could not find the requested resource"), 6),
    ],
    ["breaks logs off", () => when("get pods/log", pass({ until: { lines: 2 }, then: "cut" }), 2)],
    ["answers each watch, and ends it at once", () => when("watch pods", answer(200))],
    ["tells each time once more what was before", () => when("watch pods", pass({ line: replaying() }))],
    ["starts", () => when("list pods", refuse(503, "apiserver is starting, please try again later"), 3)],
    [
      "has too many requests",
      () => when("list pods", refuse(429, "too many requests, please try again later", { "retry-after": "2" }), 2),
    ],
  ])("%s shows each line once, and ends when the Pod is Ready", async (what, begin) => {
    stack.write(program(what));
    const begun = begin();
    const { output, seconds } = await stack.up();
    expect(begun.hits.length).toBeGreaterThan(0);
    // Where Pulumi goes on to delete the old Pod, it repeats the last line.
    const live = output
      .split("\n")
      .filter((row) => !row.includes(" deleting original "))
      .join("\n");
    const shown = [...live.matchAll(/step \| said (\d)/g)].map(([, line]) => Number(line));
    expect(shown, output).toEqual(lines);
    expect(live).not.toMatch(/gone|could not be read/);
    expect(seconds).toBeLessThan(promptSeconds);
  });

  test("does not know the user any more ends soon, and names server and context", async () => {
    stack.write(program("unauthorized"));
    when("list pods", refuse(401, "Unauthorized"));
    const { code, output, seconds } = await stack.tryUp();
    expect(code).not.toBe(0);
    expect(output).toMatch(/context ".+", server https:\/\/127\.0\.0\.1:\d+/);
    expect(output).toContain("Unauthorized");
    expect(seconds).toBeLessThan(promptSeconds);
  });

  test("lets the node speak in a log keeps its words out of what the container said", async () => {
    stack.write(program("fsnotify").replace("export", "exports.logs = web.initLogs;\nexport"));
    const words = "failed to create fsnotify watcher: too many open files";
    when("get pods/log", pass({ line: (line) => (line.endsWith("said 6") ? [line, words] : line) }), 1);
    const { output } = await stack.up();
    expect(output).toContain(words);
    const logs = JSON.stringify((await stack.outputs()).logs);
    expect(logs).toContain("said 6");
    expect(logs).not.toContain("fsnotify");
  });
});
