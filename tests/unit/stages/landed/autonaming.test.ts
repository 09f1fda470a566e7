import { expect, test } from "vitest";
import { isNamedWithoutChance } from "../../../../components/stages/landed/autonaming.ts";

const pod = (naming: object, more: object = {}) => ({
  ...more,
  providers: { kubernetes: { resources: { "kubernetes:core/v1:Pod": naming } } },
});

test.each<[boolean, unknown]>([
  [false, undefined],
  [false, {}],
  [false, { mode: "default" }],
  [false, { mode: "disabled" }],
  [true, { mode: "verbatim" }],
  [true, { pattern: "${project}-${name}" }],
  [true, { pattern: "${name}" }],
  [true, { pattern: "${name}-${hex}" }],
  [false, { pattern: "${name}-${hex(6)}" }],
  [false, { pattern: "${alphanum(4)}-${name}" }],
  [false, { pattern: "${name}${num(3)}" }],
  [false, { pattern: "${name}.${string(5)}" }],
  [false, { pattern: "${name}-${uuid}" }],
  [true, { mode: "default", providers: { kubernetes: { mode: "verbatim" } } }],
  [false, { mode: "verbatim", providers: { kubernetes: { mode: "default" } } }],
  [false, { mode: "verbatim", providers: { kubernetes: { pattern: "${name}-${hex(3)}" } } }],
  [true, { providers: { kubernetes: { pattern: "${name}-fix", enforce: true } } }],
  [true, pod({ pattern: "x-${name}" })],
  [false, pod({ pattern: "x-${name}-${uuid}" }, { mode: "verbatim" })],
  [true, { mode: "verbatim", providers: { aws: { mode: "default" } } }],
  [
    true,
    {
      mode: "verbatim",
      providers: { kubernetes: { resources: { "kubernetes:core/v1:Service": { mode: "default" } } } },
    },
  ],
])("names have no random part: %j, with pulumi:autonaming %j", (expected, naming) => {
  expect(isNamedWithoutChance(naming === undefined ? undefined : JSON.stringify(naming))).toBe(expected);
});

test("what is no configuration says nothing of names", () => {
  for (const text of ["", "verbatim", "null", "[1]", '"x"']) expect(isNamedWithoutChance(text)).toBe(false);
});
