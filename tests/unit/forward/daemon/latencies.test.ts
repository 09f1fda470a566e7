import { expect, test } from "vitest";
import { Latencies } from "../../../../components/forward/daemon/latencies.ts";

test("the median is of the last answers alone, and there is none before the first", () => {
  const latencies = new Latencies();
  expect(latencies.median).toBeUndefined();
  for (const ms of [9, 1.26, 5]) latencies.add(ms);
  expect(latencies.median).toBe(5);
  for (let count = 0; count < 64; count++) latencies.add(9);
  for (let count = 0; count < 40; count++) latencies.add(1.26);
  expect(latencies.median).toBe(1.3);
});
