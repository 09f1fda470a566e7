import { expect, test } from "vitest";
import { startOnLinux } from "../../../../components/forward/state/processIdentity.ts";

test("reads a process's start past any name", () => {
  const fields = ["S", ...Array.from({ length: 18 }, () => "0"), "4711", "0"].join(" ");
  expect(startOnLinux(`12 (a) b (c) ${fields}`)).toBe("4711");
  expect(startOnLinux(`12 (node) ${fields.replace("S", "Z")}`)).toBeUndefined();
});
