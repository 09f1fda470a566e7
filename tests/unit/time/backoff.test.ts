import { expect, test } from "vitest";
import { backoffMs } from "../../../components/time/backoff.ts";

test("backs off from 50 ms, doubling, up to 15 s", () => {
  expect([1, 2, 3, 20, 2_000].map((failures) => backoffMs(failures, () => 1))).toEqual([50, 100, 200, 15_000, 15_000]);
  expect(backoffMs(1, () => 0)).toBe(25);
});
