import { describe, expect, test } from "vitest";
import { leavesOf, unknownLeaf } from "../../../../components/spec/applied/leaves.ts";
import { differenceFrom, holds, parseRecord, recordOf } from "../../../../components/spec/applied/record.ts";

const key = "0123456789abcdef";
const spec = {
  initContainers: [{ name: "init", image: "busybox:1", command: ["true"] }],
  containers: [
    { name: "app", image: "nginx:1", env: [{ name: "MODE", value: "fast" }], volumeMounts: [{ mountPath: "/tmp" }] },
    { name: "log", image: "fluent:1" },
  ],
  automountServiceAccountToken: false,
};

function difference(applied: unknown, wanted: unknown, appliedKey = key) {
  const record = parseRecord(recordOf(leavesOf(applied), appliedKey, "1.2.3"));
  if (record === undefined) throw new Error("unreadable");
  const { changed, hasGone, unknown } = differenceFrom(record, leavesOf(wanted), key);
  return { changed, hasGone, unknown };
}

const none = { changed: [], hasGone: false, unknown: [] };

describe("a spec that was applied", () => {
  test("is the same whatever the order of its fields, and whether a field without a value is written", () => {
    const { containers, ...others } = spec;
    expect(difference(spec, { containers, tolerations: undefined, ...others, volumes: null })).toEqual(none);
  });

  test.each([
    ["a value", { ...spec, automountServiceAccountToken: true }, "automountServiceAccountToken"],
    ["a value's type", { ...spec, automountServiceAccountToken: "false" }, "automountServiceAccountToken"],
    ["a new field", { ...spec, hostUsers: false }, "hostUsers"],
    ["an empty object", { ...spec, securityContext: {} }, "securityContext"],
    ["the order of containers", { ...spec, containers: spec.containers.toReversed() }, "containers[]"],
    [
      "the image of a container",
      { ...spec, initContainers: [{ ...spec.initContainers[0], image: "b:2" }] },
      "initContainers[init].image",
    ],
  ])("differs in %s", (_, wanted, path) => {
    expect(difference(spec, wanted)).toEqual({ ...none, changed: [path] });
  });

  test("differs where a field is gone, or an item of a list", () => {
    const { automountServiceAccountToken, ...others } = spec;
    expect(automountServiceAccountToken).toBe(false);
    expect(difference(spec, others)).toEqual({ ...none, hasGone: true });
    expect(difference(spec, { ...spec, containers: spec.containers.slice(0, 1) })).toMatchObject({ hasGone: true });
  });

  test.each([
    ["value", { ...spec, automountServiceAccountToken: unknownLeaf }, "automountServiceAccountToken"],
    ["list", { ...spec, containers: unknownLeaf }, "containers"],
    ["key of a list", { ...spec, containers: [spec.containers[0], { name: unknownLeaf }] }, "containers"],
    ["object", { ...spec, initContainers: [unknownLeaf] }, "initContainers[0]"],
  ])("is not said to differ for a %s that a preview doesn't know", (_, wanted, path) => {
    const { hasGone, unknown } = difference(spec, wanted);
    expect({ hasGone, unknown }).toEqual({ hasGone: false, unknown: [path] });
  });

  test("differs in what a preview knows, next to what it doesn't", () => {
    const wanted = { ...spec, automountServiceAccountToken: unknownLeaf, hostUsers: false };
    expect(difference(spec, wanted)).toMatchObject({ changed: ["hostUsers"] });
  });

  test("gives nothing away: another key, another record, and no two values of a record are alike", () => {
    const values = leavesOf({ a: "1234", b: "1234" });
    const [one, other] = [recordOf(values, key, "1"), recordOf(values, "another", "1")];
    expect(one).not.toContain("1234");
    expect(one).not.toBe(other);
    const hashes = [...(parseRecord(one)?.hashes.values() ?? [])];
    expect(new Set(hashes).size).toBe(2);
    expect(difference(spec, spec, "another").changed.length).toBeGreaterThan(0);
  });

  test("fits beside other annotations however large it is, and is still compared as a whole", () => {
    const large = { containers: Array.from({ length: 4_000 }, (_, at) => ({ name: `c${at}`, image: "nginx" })) };
    expect(recordOf(leavesOf(large), key, "1").length).toBeLessThan(64 * 1024);
    expect(difference(large, large)).toEqual(none);
    expect(difference(large, { ...large, hostUsers: false }).hasGone).toBe(true);
    expect(difference(large, { ...large, hostUsers: unknownLeaf })).toEqual({ ...none, unknown: ["hostUsers"] });
    expect(difference(spec, large).hasGone).toBe(true);
  });

  test.each([undefined, "", "0 1.0 AAAA", "1 1.0", "1 1.0 ?", "nonsense"])("can't be read from %o", (text) => {
    expect(parseRecord(text)).toBeUndefined();
  });

  test("says which version applied it", () => {
    expect(parseRecord(recordOf(leavesOf(spec), key, "1.2.3"))?.version).toBe("1.2.3");
  });
});

describe("a live object", () => {
  const injected = { name: "proxy", image: "proxy:1" };

  test("holds what was applied, with whatever others have put in front of it", () => {
    const live = {
      ...spec,
      initContainers: [injected, ...spec.initContainers],
      containers: [injected, ...spec.containers],
      nodeName: "node",
    };
    expect(holds(leavesOf(live), leavesOf(spec))).toBe(true);
  });

  test("does not hold it where a value is another one", () => {
    const live = { ...spec, containers: [{ ...spec.containers[0], image: "nginx:2" }, spec.containers[1]] };
    expect(holds(leavesOf(live), leavesOf(spec))).toBe(false);
  });
});
