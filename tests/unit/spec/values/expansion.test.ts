import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { expect, test } from "vitest";
import { literal } from "../../../../components/spec/values/expansion.ts";
import { expand } from "../kubelet.ts";

test("a literal text arrives as it was given, whatever is in it", () => {
  const text = fc
    .array(fc.oneof(fc.constantFrom("$", "$$", "$(", "(", ")", "$(HOME)", "HOME"), fc.string()))
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, (given) => {
      expect(expand(literal(given) as string, { HOME: "/secret" })).toBe(given);
    }),
  );
});

test("a text without anything to expand is not changed", () => {
  expect(literal('echo "$HOME" ${X:-1} 5$')).toBe('echo "$HOME" ${X:-1} 5$');
});

test("a literal Output stays one", async () => {
  const output = literal(pulumi.output("pa$$word")) as pulumi.Output<string>;

  const value = await new Promise((resolve) => output.apply(resolve));

  expect(value).toBe("pa$$$word");
});
