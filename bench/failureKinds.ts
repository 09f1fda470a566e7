import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { deadlineSeconds, type Kind, kinds, programOf } from "../tests/integration/support/failureKinds.ts";
import { kubectl, objects } from "../tests/integration/support/stack.ts";
import { pulumi, upArgs, withStack } from "./stacks.ts";

// As built: the sources of the package are no modules that a program without a build can load.
type Verdict = typeof import("../components/dist/cluster/verdict/verdict.js");
type Graces = typeof import("../components/dist/cluster/verdict/graces.js");
type Pod = Parameters<Verdict["verdict"]>[0];
type PodEvent = Parameters<Verdict["verdict"]>[1][number];

const require = createRequire(import.meta.url);
const { verdict } = require("../components/dist/cluster/verdict/verdict.js") as Verdict;
const { graceSeconds } = require("../components/dist/cluster/verdict/graces.js") as Graces;

/**
 * Per kind of failure, the seconds from the moment when it could be known (as another client sees the Pod, graces and the
 * deadline added) to the end of `up`.
 */
export async function secondsPerKind(): Promise<Record<string, number>> {
  const seconds: Record<string, number> = {};
  for (const kind of kinds) {
    seconds[kind.name] = Math.round((await afterKnowable(kind)) * 10) / 10;
    console.error(`${kind.name}: ${seconds[kind.name]} s`);
  }
  return seconds;
}

async function afterKnowable(kind: Kind): Promise<number> {
  return await withStack(programOf([kind]), async (stack) => {
    const watcher = watchPods(stack.namespace);
    try {
      const [{ code, output }] = await Promise.all([
        pulumi(stack, upArgs, 180),
        kind.name === "deleted" ? deleteOnceRunning(stack.namespace) : undefined,
      ]);
      const ended = performance.now();
      if (code === 0) throw new Error(output);
      // This other client may hear of the state that decides a moment after `up` did.
      for (let tries = 0; tries < 30; tries++) {
        const events = await objects<PodEvent>("events", stack.namespace);
        const knowable = knowableMs(watcher.seen, watcher.start, events, kind);
        if (knowable !== undefined) return (ended - knowable) / 1000;
        await sleep(100);
      }
      throw new Error(`${kind.name}: no state of the Pod was seen in which it has failed.`);
    } finally {
      watcher.stop();
    }
  });
}

interface Seen {
  atMs: number;
  pod: Pod;
}

function watchPods(namespace: string): { seen: Seen[]; start: number; stop: () => void } {
  const seen: Seen[] = [];
  const start = performance.now();
  const child = spawn("kubectl", ["get", "pods", "-n", namespace, "-w", "-o", 'jsonpath={@}{"\\n"}'], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const found = JSON.parse(line) as Pod | { items: Pod[] };
    for (const pod of "items" in found ? found.items : [found]) seen.push({ atMs: performance.now(), pod });
  });
  return { seen, start, stop: () => void child.kill() };
}

/** When the first state was seen that, had it lasted, is a failure, and the time for which it must last. */
function knowableMs(seen: Seen[], start: number, events: PodEvent[], { grace }: Kind): number | undefined {
  const judge = (pod: Pod, seenSeconds: number) =>
    verdict(pod, events, { retries: { default: 1, byContainer: {} }, mustServe: true, seenSeconds }).kind === "failed";
  const graces = [0, ...Object.values(graceSeconds)].sort((a, b) => a - b);
  if (grace === "deadline") return (seen[0]?.atMs ?? start) + deadlineSeconds * 1000;
  for (const { atMs, pod } of seen) {
    const needed = graces.find((seconds) => judge(pod, seconds));
    if (needed !== undefined) return atMs + needed * 1000;
  }
  return undefined;
}

async function deleteOnceRunning(namespace: string): Promise<void> {
  for (;;) {
    const [pod] = await objects<Pod>("pods", namespace);
    const running = pod?.status?.initContainerStatuses?.some(({ state }) => state?.running !== undefined);
    if (pod !== undefined && running === true) {
      await kubectl(["delete", "pod", pod.metadata.name, "-n", namespace, "--wait=false"]);
      return;
    }
    await sleep(100);
  }
}
