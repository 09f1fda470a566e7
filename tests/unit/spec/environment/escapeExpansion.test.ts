import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeExpansion } from "../../../../components/spec/environment/escapeExpansion.ts";
import { expand } from "../kubelet.ts";

test("an escaped text arrives as it was given, whatever is in it", () => {
  const text = fc
    .array(fc.oneof(fc.constantFrom("$", "$$", "$(", "(", ")", "$(HOME)", "HOME"), fc.string()))
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, (given) => {
      expect(expand(escapeExpansion(given) as string, { HOME: "/secret" })).toBe(given);
    }),
  );
});

test("a text without anything to expand is not changed", () => {
  expect(escapeExpansion('echo "$HOME" ${X:-1} 5$')).toBe('echo "$HOME" ${X:-1} 5$');
});

test("an escaped Output stays one", async () => {
  const output = escapeExpansion(pulumi.output("pa$$word")) as pulumi.Output<string>;

  const value = await new Promise((resolve) => output.apply(resolve));

  expect(value).toBe("pa$$$word");
});
