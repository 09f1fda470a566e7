import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { repo, TestStack } from "./stack.ts";

/** A stack with one program in TypeScript. */
export async function stackOf(program: string): Promise<TestStack> {
  const stack = await TestStack.create("");
  cpSync(join(repo, "examples/weather/tsconfig.json"), join(stack.project, "tsconfig.json"));
  writeFileSync(join(stack.project, "Pulumi.yaml"), "name: test\nruntime: nodejs\nmain: index.ts\n");
  writeProgram(stack, program);
  return stack;
}

export function writeProgram(stack: TestStack, program: string): void {
  writeFileSync(join(stack.project, "index.ts"), program);
}

/** A program that a page shows, with the sandbox's own in the place of what the world has: each is there once. */
export function withPlaces(program: string, places: readonly (readonly [shown: string, own: string])[]): string {
  for (const [shown] of places) expect(program.split(shown), shown).toHaveLength(2);
  return places.reduce((text, [shown, own]) => text.replace(shown, () => own), program);
}
