import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { graceSeconds } from "../../components/cluster/verdict/graces.ts";
import { deadlineSeconds, init, type Kind, kinds, programOf } from "./support/failureKinds.ts";
import { eventually } from "./support/machine.ts";
import type { Finished } from "./support/run.ts";
import { diagnostics, kubectl, objects, TestStack } from "./support/stack.ts";

/** Generous: all kinds fail side by side on two cores, and a wait that hung would take ten minutes. */
const promptSeconds = 45;
function secondsOf(grace: Kind["grace"]): number {
  if (grace === undefined) return 0;
  return grace === "deadline" ? deadlineSeconds : graceSeconds[grace];
}

/** The errors that pulumi sums up for a Pod at the end, each as one line. */
function errorsOf(output: string, name: string): string[] {
  const blocks = diagnostics(output).split(/^ {2}(?=\S+ \(\S+\):)/m);
  return blocks
    .filter((block) => block.includes(`:Pod (${name}):`))
    .flatMap((block) => block.split("error: ").slice(1))
    .map((error) => error.replaceAll(/\s+/g, " "));
}

async function dependents(namespace: string): Promise<string[]> {
  const maps = await objects<{ metadata: { name: string } }>("configmaps", namespace);
  return maps.map(({ metadata }) => metadata.name).filter((name) => name.startsWith("after-"));
}

interface Pod {
  metadata: { name: string };
  status: { initContainerStatuses?: { name: string; state?: { running?: object } }[] };
}

/** Deletes the Pod whose init container `container` runs, as somebody else might. */
async function deleteOnceRunning(namespace: string, container: string): Promise<void> {
  const isRunning = ({ status }: Pod): boolean =>
    status.initContainerStatuses?.some(({ name, state }) => name === container && state?.running) ?? false;
  let name: string | undefined;
  const found = await eventually(async () => {
    name = (await objects<Pod>("pods", namespace)).find(isRunning)?.metadata.name;
    return name !== undefined;
  }, promptSeconds);
  if (found) await kubectl(["delete", "pod", String(name), "-n", namespace, "--wait=false"]);
}

describe("one `up` in which every Pod fails in a way of its own", () => {
  let stack: TestStack;
  let finished: Finished;
  /** Seconds until the error of an InitPod was shown, by its name. */
  const shownAfter = new Map<string, number>();

  beforeAll(async () => {
    stack = await TestStack.create(programOf(kinds));
    const start = performance.now();
    let output = "";
    const watchOutput = (text: string): void => {
      output += text;
      for (const { name } of kinds) {
        if (shownAfter.has(name) || !new RegExp(`Pod ${name} .*error:`).test(output)) continue;
        shownAfter.set(name, (performance.now() - start) / 1000);
      }
    };
    [finished] = await Promise.all([
      stack.tryUp({ onOutput: watchOutput }),
      deleteOnceRunning(stack.namespace, "endless"),
    ]);
  });
  afterAll(() => stack.remove());

  test("ends with an exit code that is not 0, soon after the longest grace", () => {
    expect(finished.code).not.toBe(0);
    expect(finished.seconds).toBeLessThan(graceSeconds.unschedulable + promptSeconds);
  });

  test("shows one error for each of them and no other, without a stack trace", () => {
    expect(diagnostics(finished.output).match(/error:/g)).toHaveLength(kinds.length);
    expect(finished.output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  });

  test("creates nothing that depends on one of them", async () => {
    expect(await dependents(stack.namespace)).toEqual([]);
  });

  test.for(kinds)("$name: the error says who is at fault and why", ({ name, says }) => {
    const errors = errorsOf(finished.output, name);
    expect(errors).toHaveLength(1);
    for (const text of says) expect(errors[0]).toMatch(text);
    // Nothing here took hours: what never started has no time.
    expect(errors[0]).not.toMatch(/\d h \d+ m/);
  });

  test.for(kinds)("$name: the error is shown as soon as it is certain", ({ name, grace }) => {
    expect(shownAfter.get(name)).toBeGreaterThan(secondsOf(grace));
    expect(shownAfter.get(name)).toBeLessThan(secondsOf(grace) + promptSeconds);
  });
});

describe("a Pod that the API server refuses", () => {
  const refusals = [
    {
      name: "a quota that is exceeded",
      prepare: async (namespace: string) => {
        await kubectl(["create", "quota", "none", "--hard=pods=0", "-n", namespace]);
        await kubectl(["wait", "quota/none", "-n", namespace, "--for=jsonpath={.status.hard.pods}=0", "--timeout=30s"]);
      },
      args: `{ init: [${init("fine", "true")}] }`,
      says: /exceeded quota: none/,
    },
    {
      name: "a namespace that admits no such container",
      prepare: async (namespace: string) => {
        await kubectl(["label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted"]);
      },
      args: `{ init: [${init("fine", "true")}], podSpec: { initContainers: [
        { name: "fine", securityContext: { capabilities: { add: ["SYS_ADMIN"] } } },
      ] } }`,
      says: /violates PodSecurity "restricted:latest": .*container "fine" .*SYS_ADMIN/,
    },
  ];

  test.for(refusals)("because of $name ends `up` with that one error", async ({ prepare, args, says }) => {
    const stack = await TestStack.create(programOf([{ name: "refused", args }]));
    try {
      await prepare(stack.namespace);
      const { code, output, seconds } = await stack.tryUp();
      expect(code).not.toBe(0);
      expect(seconds).toBeLessThan(promptSeconds);
      expect(errorsOf(output, "refused").join()).toMatch(says);
      // The second one is the engine's own last word.
      expect(diagnostics(output).match(/error: (?!update failed)/g)).toHaveLength(1);
      expect(await dependents(stack.namespace)).toEqual([]);
    } finally {
      await stack.remove();
    }
  });
});
