import { setTimeout as sleep } from "node:timers/promises";
import { images } from "../tests/integration/support/programs.ts";
import { kubectl, TestStack } from "../tests/integration/support/stack.ts";
import { KubectlForward } from "./kubectlForward.ts";
import { median, round } from "./measure.ts";
import { fillPage, initPodProgram, readinessProbe } from "./programs.ts";
import { secondsOf, upArgs, useSandbox, withStack } from "./stacks.ts";

/** Kubelet looks for what has ended once a second: a run falls on one side of it or the other. */
const rounds = 11;
const emptyProgram = "module.exports = {};\n";
/** Every program in Node.js loads the SDK. */
const sdkProgram = `require("@pulumi/pulumi");\n`;
/** The engine starts the plugin for it, and nothing is made in the cluster. */
const pluginProgram = `
const k8s = require("@pulumi/kubernetes");
new k8s.Provider("cluster");
`;

/**
 * The tutorial by hand (apply, wait, logs, port-forward until 200) ÷ ours without the engine's own time.
 *
 * What counts as the engine's own is an `up` of nothing, so that whatever our program loads and makes the engine start is
 * ours. Everybody who uses Pulumi in Node.js loads its SDK, and everybody who deploys to Kubernetes with it starts the
 * plugin, while nobody does by hand: what is left without these stands beside it as `withoutSdkLoad` and
 * `withoutPluginStart`.
 */
export async function path(): Promise<object> {
  const provider = await useSandbox();
  const ours: number[] = [];
  const byHand: number[] = [];
  const engine: number[] = [];
  const sdk: number[] = [];
  const plugin: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await untilAnswer(initPodProgram(fillPage, false)));
    engine.push(await secondsOfUp(emptyProgram));
    sdk.push(await secondsOfUp(sdkProgram));
    plugin.push(await secondsOfUp(pluginProgram));
    byHand.push(await tutorialByHand());
  }
  const without = (start: number[]): object => {
    const seconds = median(ours) - median(start);
    return { seconds: round(seconds), engine: round(median(start)), ratio: round(median(byHand) / seconds) };
  };
  return {
    provider,
    rounds,
    whole: round(median(ours)),
    byHand: round(median(byHand)),
    ...without(engine),
    withoutSdkLoad: without(sdk),
    withoutPluginStart: without(plugin),
  };
}

async function secondsOfUp(program: string): Promise<number> {
  return await withStack(program, (stack) => secondsOf(stack, upArgs));
}

async function untilAnswer(program: string): Promise<number> {
  return await withStack(program, async (stack) => {
    const seconds = await secondsOf(stack, upArgs);
    const { status } = await fetch(await stack.output("url"));
    if (status !== 200) throw new Error(`The URL answered ${status}.`);
    return seconds;
  });
}

async function tutorialByHand(): Promise<number> {
  const stack = await TestStack.create(emptyProgram);
  const { namespace } = stack;
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace },
    spec: {
      terminationGracePeriodSeconds: 1,
      initContainers: [
        { name: "init", image: images.busybox, command: ["sh", "-c", fillPage], volumeMounts: mounts() },
      ],
      containers: [
        {
          name: "app",
          image: images.unprivileged,
          readinessProbe,
          volumeMounts: [...mounts(), { name: "tmp", mountPath: "/tmp" }],
        },
      ],
      volumes: [
        { name: "page", emptyDir: {} },
        { name: "tmp", emptyDir: {} },
      ],
    },
  };
  try {
    await kubectl(["get", "namespace", namespace]);
    const start = performance.now();
    await kubectl(["apply", "-f", "-"], { input: JSON.stringify(pod) });
    await kubectl(["wait", "-n", namespace, "--for=condition=Ready", "pod/web", "--timeout=60s"]);
    await kubectl(["logs", "-n", namespace, "web", "-c", "init"]);
    const forward = await KubectlForward.start(namespace, "web");
    try {
      while ((await fetch(forward.url).catch(() => undefined))?.status !== 200) await sleep(20);
      return (performance.now() - start) / 1000;
    } finally {
      forward.stop();
    }
  } finally {
    await stack.remove();
  }
}

function mounts(): object[] {
  return [{ name: "page", mountPath: "/usr/share/nginx/html" }];
}
