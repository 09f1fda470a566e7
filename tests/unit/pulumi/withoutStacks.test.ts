import { expect, test } from "vitest";
import { withoutStacks } from "../../../components/pulumi/withoutStacks.ts";

test("takes no stacks meanwhile, and then as many as before", () => {
  const before = Error.stackTraceLimit;
  const framesOf = ({ stack = "" }: Error): number => stack.split("\n    at ").length - 1;
  expect(framesOf(withoutStacks(() => new Error("inside")))).toBe(0);
  expect(Error.stackTraceLimit).toBe(before);
  const failing = (): never => {
    throw new Error("refused");
  };
  expect(() => withoutStacks(failing)).toThrow("refused");
  expect(framesOf(new Error("outside"))).toBeGreaterThan(0);
});
