import { describe, expect, test } from "vitest";
import { nameProblems } from "../../../../components/spec/validation/metadata.ts";
import { problemsOf } from "../../../../components/spec/validation/problemsOf.ts";
import { kinds } from "../../../fixtures/names/kinds.ts";
import { resourceNames, table } from "../../../fixtures/names/rows.ts";

const accepted = table.filter((row) => row.accepted && row.unlike === undefined);
const refused = table.filter((row) => !accepted.includes(row));
const short = (value: unknown): string => JSON.stringify(value).slice(0, 40);

describe("InitPod takes what Kubernetes takes", () => {
  test.each(accepted.map((row) => [row.kind, short(row.value), row] as const))("%s %s", (_kind, _value, row) => {
    expect(problemsOf(kinds[row.kind].args(row.value))).toEqual([]);
  });
});

describe("InitPod refuses what Kubernetes refuses, or can't run", () => {
  test.each(refused.map((row) => [row.kind, short(row.value), row] as const))("%s %s", (_kind, _value, row) => {
    const { args, field } = kinds[row.kind];
    expect(problemsOf(args(row.value)).map((problem) => problem.field)).toEqual([field(row.value)]);
  });
});

describe("the name of an InitPod", () => {
  const whole = { container: { image: "a", port: 80 }, service: {} };

  test.each(resourceNames)("$name is refused where Kubernetes takes no name made from it", ({ name, pod, service }) => {
    expect(nameProblems(name, { container: { image: "a" } }, false).map(({ field }) => field)).toEqual(
      pod ? [] : ["name"],
    );
    expect(nameProblems(name, whole, false).map(({ field }) => field)).toEqual(service ? [] : ["name"]);
  });

  test("may be anything where a transformation may name the Pod, but no other thing than a text", () => {
    expect(nameProblems("Web_1", whole, true)).toEqual([]);
    expect(nameProblems(5, whole, true)).toHaveLength(1);
  });
});
