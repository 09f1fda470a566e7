import type { TestStack } from "../tests/integration/support/stack.ts";
import { median, round } from "./measure.ts";
import { mustPulumi, secondsOf, upArgs } from "./stacks.ts";

const previewArgs = ["preview", "--expect-no-changes"];

export interface Compared {
  rounds: number;
  seconds: number;
  plain: number;
  /** Of pairs, as the machine is slower in some minutes than in others. */
  ratio: number;
}

/** Previews without changes of two stacks that are up, turn by turn. */
export async function previewsInTurns(ours: TestStack, plain: TestStack, rounds: number): Promise<Compared> {
  for (const stack of [ours, plain]) await mustPulumi(stack, upArgs);
  const taken: Record<"ours" | "plain", number[]> = { ours: [], plain: [] };
  // The first of a pair leaves the machine another than it found it.
  const turns = [
    async () => taken.ours.push(await secondsOf(ours, previewArgs)),
    async () => taken.plain.push(await secondsOf(plain, previewArgs)),
  ];
  for (let turn = 0; turn < rounds; turn++) {
    for (const take of turn % 2 === 0 ? turns : turns.toReversed()) await take();
  }
  return {
    rounds,
    seconds: round(median(taken.ours)),
    plain: round(median(taken.plain)),
    ratio: round(median(taken.ours.map((seconds, pair) => seconds / (taken.plain[pair] ?? NaN)))),
  };
}
