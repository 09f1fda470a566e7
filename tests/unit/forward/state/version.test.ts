import { describe, expect, test } from "vitest";
import { compareVersions, packageVersion } from "../../../../components/forward/state/version.ts";

describe("versions", () => {
  test.each([
    ["1.2.3", "1.2.3", 0],
    ["1.10.0", "1.9.0", 1],
    ["1.0.0-rc.1", "1.0.0", -1],
    ["1.0.0-rc.2", "1.0.0-rc.10", -1],
    ["1.0.0-alpha", "1.0.0-1", 1],
    ["2.0.0+build", "2.0.0", 0],
  ])("%s against %s", (left, right, sign) => {
    expect(Math.sign(compareVersions(left, right))).toBe(sign);
    expect(Math.sign(compareVersions(right, left))).toBe(sign === 0 ? 0 : -sign);
  });

  test("finds that of this package", () => {
    expect(packageVersion()).toMatch(/^\d+\.\d+\.\d+/);
    expect(packageVersion()).not.toBe("0.0.0");
  });
});
