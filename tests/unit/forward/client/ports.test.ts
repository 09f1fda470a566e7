import { expect, test } from "vitest";
import { portOf } from "../../../../components/forward/client/ports.ts";
import { type ForwardOwner } from "../../../../components/forward/state/desired.ts";

const owner: ForwardOwner = { urn: "urn:1", clusterUid: "uid", server: "https://one", namespace: "default" };

test("forwards try ports of 20000 to 29999 first, each its own", () => {
  const ports = Array.from({ length: 100 }, (_, index) => portOf({ ...owner, namespace: `shop-${index}` }));
  expect(ports.every((port) => port >= 20_000 && port <= 29_999)).toBe(true);
  expect(new Set(ports).size).toBeGreaterThan(90);
  expect(portOf(owner)).toBe(portOf({ ...owner }));
});
