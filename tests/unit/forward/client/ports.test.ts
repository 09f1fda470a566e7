import { expect, test } from "vitest";
import { portOf } from "../../../../components/forward/client/ports.ts";

test("forwards try ports of 20000 to 29999 first, each its own", () => {
  const ports = Array.from({ length: 100 }, (_, index) => portOf({ id: `shop-${index}` }));
  expect(ports.every((port) => port >= 20_000 && port <= 29_999)).toBe(true);
  expect(new Set(ports).size).toBeGreaterThan(90);
  expect(portOf({ id: "web" })).toBe(portOf({ id: "web" }));
});
