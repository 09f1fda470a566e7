import { expect, test } from "vitest";
import { formatDuration } from "../../../components/text/duration.ts";

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
