import { kubectl, objects } from "../tests/integration/support/stack.ts";
import { secondsPerKind } from "./failureKinds.ts";
import { median, round } from "./measure.ts";
import { fillPage, initPodProgram, plainProgram } from "./programs.ts";
import { mustPulumi, pulumi, upArgs, useSandbox, withStack } from "./stacks.ts";

const rounds = 5;
const plainBoundSeconds = 120;
/** Stamped by kubelet in the log, to the nanosecond; the status has whole seconds. */
const lastWord = "failing now";

/** From the failed exit that decides to the end of `up`; wall and memory beside a passing `up`; plain under a bound. */
export async function failFast(): Promise<object> {
  const provider = await useSandbox();
  const delay: number[] = [];
  const failing = { seconds: [] as number[], peakMiB: [] as number[] };
  const passing = { seconds: [] as number[], peakMiB: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    // A second attempt would take the cluster as long as the first.
    await withStack(initPodProgram(`echo ${lastWord}; exit 7`, false, "retries: 0,"), async (stack) => {
      const { seconds, peakMiB, code, output } = await pulumi(stack, upArgs);
      const ended = Date.now();
      if (code === 0 || !output.includes("exit code 7")) throw new Error(output);
      delay.push((ended - (await decidingExit(stack.namespace))) / 1000);
      failing.seconds.push(seconds);
      failing.peakMiB.push(peakMiB);
    });
    await withStack(initPodProgram(fillPage, false), async (stack) => {
      const { seconds, peakMiB } = await mustPulumi(stack, upArgs);
      passing.seconds.push(seconds);
      passing.peakMiB.push(peakMiB);
    });
  }
  const plain = await withStack(plainProgram("exit 7", false, `{ create: "90s" }`), (stack) =>
    pulumi(stack, upArgs, plainBoundSeconds),
  );
  const perKind = await secondsPerKind();
  return {
    provider,
    rounds,
    perKind,
    node: process.version,
    secondsFromExitToEnd: round(median(delay)),
    worst: round(Math.max(...delay)),
    wallRatio: round(median(failing.seconds) / median(passing.seconds)),
    memoryRatio: round(median(failing.peakMiB) / median(passing.peakMiB)),
    memoryMiB: median(failing.peakMiB),
    plain: {
      seconds: round(plain.seconds),
      endedBySelf: plain.seconds < plainBoundSeconds,
      namesExitCode: /exit code 7|exited with 7/i.test(plain.output),
    },
  };
}

async function decidingExit(namespace: string): Promise<number> {
  const [pod] = await objects<{ metadata: { name: string } }>("pods", namespace);
  const log = await kubectl(["logs", "-n", namespace, pod?.metadata.name ?? "", "-c", "init", "--timestamps"]);
  const line = log.split("\n").find((text) => text.includes(lastWord));
  if (line === undefined) throw new Error(`The failing container's log is not there: ${log}`);
  return Date.parse(line.split(" ")[0] ?? "");
}
