import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { kubectl, TestStack } from "../tests/integration/support/stack.ts";
import { images } from "../tests/integration/support/programs.ts";
import { median, round } from "./measure.ts";
import { fillPage, initPodProgram, readinessProbe } from "./programs.ts";
import { mustPulumi, upArgs, useSandbox, withStack } from "./stacks.ts";

const rounds = 5;
const emptyProgram = "module.exports = {};\n";

/** The tutorial by hand (apply, wait, logs, port-forward until 200) ÷ ours without the engine's own time. */
export async function path(): Promise<object> {
  const provider = await useSandbox();
  const [ours, engine, byHand]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    ours.push(await untilAnswer(initPodProgram(fillPage, false)));
    engine.push(await withStack(emptyProgram, async (stack) => (await mustPulumi(stack, upArgs)).seconds));
    byHand.push(await tutorialByHand());
  }
  const own = median(ours) - median(engine);
  return {
    provider,
    rounds,
    seconds: round(own),
    engine: round(median(engine)),
    byHand: round(median(byHand)),
    ratio: round(median(byHand) / own),
  };
}

async function untilAnswer(program: string): Promise<number> {
  return await withStack(program, async (stack) => {
    const { seconds } = await mustPulumi(stack, upArgs);
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
    const forward = spawn("kubectl", ["port-forward", "-n", namespace, "pod/web", ":8080"], { stdio: "pipe" });
    try {
      const port = await new Promise<string>((resolve, reject) => {
        forward.stdout.on("data", (chunk: Buffer) => {
          const [, found] = /127\.0\.0\.1:(\d+)/.exec(chunk.toString()) ?? [];
          if (found !== undefined) resolve(found);
        });
        forward.on("exit", () => reject(new Error("kubectl port-forward ended")));
      });
      while ((await fetch(`http://127.0.0.1:${port}`).catch(() => undefined))?.status !== 200) await sleep(20);
      return (performance.now() - start) / 1000;
    } finally {
      forward.kill();
    }
  } finally {
    await stack.remove();
  }
}

function mounts(): object[] {
  return [{ name: "page", mountPath: "/usr/share/nginx/html" }];
}
