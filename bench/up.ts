import { median, round } from "./measure.ts";
import { fillPage, initPodProgram, plainProgram } from "./programs.ts";
import { secondsOf, upArgs, useSandbox, withStack } from "./stacks.ts";

/** Kubelet looks for what has ended once a second: a run falls on one side of it or the other. */
const rounds = 9;

/** The whole `pulumi up` of an InitPod, beside the same Pod in plain `@pulumi/kubernetes`, turn by turn. */
export async function up(): Promise<object> {
  const provider = await useSandbox();
  const ours = { service: [] as number[], bare: [] as number[] };
  const plain = { service: [] as number[], bare: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    for (const kind of ["service", "bare"] as const) {
      ours[kind].push(await seconds(initPodProgram(fillPage, kind === "service")));
      plain[kind].push(await seconds(plainProgram(fillPage, kind === "service")));
    }
  }
  return {
    provider,
    rounds,
    withService: { seconds: round(median(ours.service)), plain: round(median(plain.service)), ratio: ratio("service") },
    withoutService: { seconds: round(median(ours.bare)), plain: round(median(plain.bare)), ratio: ratio("bare") },
  };

  function ratio(kind: "service" | "bare"): number {
    return round(median(ours[kind]) / median(plain[kind]));
  }
}

async function seconds(program: string): Promise<number> {
  return await withStack(program, (stack) => secondsOf(stack, upArgs));
}
