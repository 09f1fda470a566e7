import { expect, test } from "vitest";
import { formatDuration, millisecondsBetween } from "../../../components/text/duration.ts";

test.each([
  [0, "< 1 s"],
  [1_234, "1.2 s"],
  [12_900, "12 s"],
  [59_999, "59 s"],
  [200_000, "3 m 20 s"],
  [7_500_000, "2 h 5 m"],
])("%i ms are written as %j", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

const begun = "2026-11-24T15:05:00Z";
const ended = "2026-11-24T15:05:03Z";

test("the time from one moment to another is known where both are", () => {
  expect(millisecondsBetween(begun, ended)).toBe(3_000);
  expect(millisecondsBetween(begun, new Date(ended))).toBe(3_000);
});

test.each([
  ["the beginning of Unix time", "1970-01-01T00:00:00Z"],
  ["the same with a fraction and an offset", "1970-01-01T01:00:00.000000000+01:00"],
  ["Go's zero time", "0001-01-01T00:00:00Z"],
  ["null", null],
  ["nothing", undefined],
  ["no time at all", "yesterday"],
])("no stretch of time begins or ends with %s, which stands for what never happened", (_, never) => {
  expect(millisecondsBetween(never, ended)).toBeUndefined();
  expect(millisecondsBetween(begun, never)).toBeUndefined();
  expect(millisecondsBetween(never, new Date(ended))).toBeUndefined();
});
