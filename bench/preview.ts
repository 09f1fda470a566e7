import { median, round } from "./measure.ts";
import { fillPage, initPodProgram, plainProgram } from "./programs.ts";
import { mustPulumi, secondsOf, upArgs, useSandbox, withStack } from "./stacks.ts";

const rounds = 21;
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
      for (let round = 0; round < rounds; round++) {
        ours.push(await secondsOf(our, previewArgs));
        plain.push(await secondsOf(theirs, previewArgs));
      }
    }),
  );
  const [seconds, plainSeconds] = [median(ours), median(plain)];
  return {
    provider,
    rounds,
    seconds: round(seconds),
    plain: round(plainSeconds),
    ratio: round(seconds / plainSeconds),
  };
}
