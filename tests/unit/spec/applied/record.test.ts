import { describe, expect, test } from "vitest";
import { Hidden, hiddenIn, leavesOf, unknownLeaf } from "../../../../components/spec/applied/leaves.ts";
import {
  appliedLeaves,
  differenceFrom,
  hasOthersItems,
  holds,
  parseRecord,
  recordOf as recordOfAll,
  wasHidden,
  withMetadata,
} from "../../../../components/spec/applied/record.ts";

const key = "0123456789abcdef";
const spec = {
  initContainers: [{ name: "init", image: "busybox:1", command: ["true"] }],
  containers: [
    { name: "app", image: "nginx:1", env: [{ name: "MODE", value: "fast" }], volumeMounts: [{ mountPath: "/tmp" }] },
    { name: "log", image: "fluent:1" },
  ],
  automountServiceAccountToken: false,
};

const noMetadata = { metadata: leavesOf({}), hidden: new Set<string>() };

function recordOf(leaves: ReturnType<typeof leavesOf>, ofKey: string, version: string): string {
  return recordOfAll({ spec: leaves, ...noMetadata }, ofKey, version);
}

function difference(applied: unknown, wanted: unknown, appliedKey = key) {
  const record = parseRecord(recordOf(leavesOf(applied), appliedKey, "1.2.3"));
  if (record === undefined) throw new Error("unreadable");
  const { changed, hasGone, unknown } = differenceFrom(record.hashes, leavesOf(wanted), key);
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

describe("beside the spec", () => {
  const metadata = leavesOf({ labels: { tier: "a" }, annotations: { "x/y": "1" } });
  const plain = recordOfAll({ spec: leavesOf(spec), metadata, hidden: new Set() }, key, "1.2.3");

  test("labels and annotations are recorded, and can be another time without the spec", () => {
    const { metadata: hashes = new Map<string, string>() } = parseRecord(plain) ?? {};
    expect(differenceFrom(hashes, metadata, key)).toEqual({ ...none, added: [] });
    const wanted = leavesOf({ labels: { tier: "b", team: "c" } });
    expect(differenceFrom(hashes, wanted, key)).toEqual({
      changed: ["labels.tier", "labels.team"],
      added: ["labels.team"],
      hasGone: true,
      unknown: [],
    });
    const again = withMetadata(plain, { metadata: wanted, hidden: new Set() }, key);
    expect(parseRecord(again)?.hashes).toEqual(parseRecord(plain)?.hashes);
    expect(differenceFrom(parseRecord(again)?.metadata ?? new Map<string, string>(), wanted, key).changed).toEqual([]);
  });

  test("it is recorded which were secret; where that was not, each may have been", () => {
    const given = { ...spec, hostname: new Hidden("s3cret"), subdomain: new Hidden({ deep: ["a"] }) };
    const hidden = hiddenIn(given);
    expect([...hidden]).toEqual(["hostname", "subdomain.deep[]", "subdomain.deep[0]"]);
    const record = parseRecord(recordOfAll({ spec: leavesOf(given), metadata, hidden }, key, "1"));
    if (record === undefined) throw new Error("unreadable");
    expect(wasHidden(record, "hostname", key)).toBe(true);
    expect(wasHidden(record, "automountServiceAccountToken", key)).toBe(false);
    const before = parseRecord(plain.split(" ").slice(0, 3).join(" "));
    if (before === undefined) throw new Error("unreadable");
    expect(before.metadata).toBeUndefined();
    expect(wasHidden(before, "automountServiceAccountToken", key)).toBe(true);
  });
});

describe("a live object", () => {
  test("tells what was applied by it, as far as that is still as it was", () => {
    const { hashes } = parseRecord(recordOf(leavesOf(spec), key, "1")) ?? {};
    if (hashes === undefined) throw new Error("unreadable");
    const live = {
      ...spec,
      nodeName: "node",
      containers: [{ ...spec.containers[0], image: "mirror/nginx:1" }, spec.containers[1]],
    };
    const paths = [...appliedLeaves(hashes, leavesOf(live), key).keys()];
    expect(paths).toContain("containers[log].image");
    expect(paths).not.toContain("containers[app].image");
    expect(paths).not.toContain("nodeName");
  });

  test("tells whether others have put items into its lists", () => {
    const { hashes } = parseRecord(recordOf(leavesOf(spec), key, "1")) ?? {};
    if (hashes === undefined) throw new Error("unreadable");
    const mixed = (object: unknown): boolean => {
      const live = leavesOf(object);
      return hasOthersItems(hashes, live, appliedLeaves(hashes, live, key), key);
    };
    expect(mixed({ ...spec, tolerations: [{ key: "a" }] })).toBe(false);
    expect(mixed({ ...spec, containers: [injected, ...spec.containers] })).toBe(true);
  });

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
