import { median, round } from "./measure.ts";
import { fillPage, initPodProgram, plainProgram } from "./programs.ts";
import { mustPulumi, secondsOf, upArgs, useSandbox, withStack } from "./stacks.ts";

const rounds = 41;
const previewArgs = ["preview", "--expect-no-changes"];

/** A preview without changes of an InitPod, beside the same in plain `@pulumi/kubernetes`, turn by turn. */
export async function preview(): Promise<object> {
  const provider = await useSandbox();
  const ours: number[] = [];
  const plain: number[] = [];
  await withStack(initPodProgram(fillPage, true), (our) =>
    withStack(plainProgram(fillPage, true), async (theirs) => {
      await mustPulumi(our, upArgs);
      await mustPulumi(theirs, upArgs);
      // The first of a pair leaves the machine another than it found it.
      const turns = [
        async () => ours.push(await secondsOf(our, previewArgs)),
        async () => plain.push(await secondsOf(theirs, previewArgs)),
      ];
      for (let round = 0; round < rounds; round++) {
        for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
      }
    }),
  );
  return {
    provider,
    rounds,
    seconds: round(median(ours)),
    plain: round(median(plain)),
    // Of pairs, as the machine is slower in some minutes than in others.
    ratio: round(median(ours.map((seconds, pair) => seconds / (plain[pair] ?? NaN)))),
  };
}
