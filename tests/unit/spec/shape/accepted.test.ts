import { describe, expect, test } from "vitest";
import { problemsOf } from "../../../../components/spec/validation/problemsOf.ts";
import { kinds } from "../../../fixtures/names/kinds.ts";
import { table } from "../../../fixtures/names/rows.ts";

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
