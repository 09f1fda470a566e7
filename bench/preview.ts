import { fillPage, initPodProgram, plainProgram } from "./programs.ts";
import { useSandbox, withStack } from "./stacks.ts";
import { previewsInTurns } from "./turns.ts";

const rounds = 41;

/** A preview without changes of an InitPod, beside the same in plain `@pulumi/kubernetes`, turn by turn. */
export async function preview(): Promise<object> {
  const provider = await useSandbox();
  const compared = await withStack(initPodProgram(fillPage, true), (ours) =>
    withStack(plainProgram(fillPage, true), (plain) => previewsInTurns(ours, plain, rounds)),
  );
  return { provider, ...compared };
}
