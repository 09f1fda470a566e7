import { describe, expect, test } from "vitest";
import type { Pod } from "../../../../components/cluster/pods/pod.ts";
import { type Leaves, leavesOf, unknownLeaf } from "../../../../components/spec/applied/leaves.ts";
import { recordOf } from "../../../../components/spec/applied/record.ts";
import { decide as decideAll } from "../../../../components/stages/applied/decision.ts";

const key = "0123456789abcdef";
const spec = {
  initContainers: [{ name: "init", image: "busybox:1" }],
  containers: [{ name: "app", image: "nginx:1", imagePullPolicy: "IfNotPresent" }],
};
const proxy = { name: "proxy", image: "proxy:1" };
const labels = { tier: "a" };
const wantedOf = (wanted: Leaves, metadata: unknown = { labels }) => ({
  spec: wanted,
  metadata: leavesOf(metadata),
  hidden: new Set<string>(),
});
const decide = (wanted: Leaves, ...rest: [Pod | undefined, string, string]) => decideAll(wantedOf(wanted), ...rest);
const record = recordOf(wantedOf(leavesOf(spec)), key, "1.0.0");

function pod(live: unknown, generation?: number, text = record): Pod {
  const annotations = { "init-pod.dev/applied": text };
  return {
    metadata: { name: "web-1", namespace: "shop", uid: "1", generation, labels, annotations },
    spec: live as Pod["spec"],
  };
}

describe("the spec of a Pod", () => {
  test.each([
    ["in front of init containers", { ...spec, initContainers: [proxy, ...spec.initContainers] }],
    ["behind init containers", { ...spec, initContainers: [...spec.initContainers, proxy] }],
    ["in front of containers", { ...spec, containers: [proxy, ...spec.containers] }],
    ["behind containers", { ...spec, containers: [...spec.containers, proxy] }],
    ["into our own container", { ...spec, containers: [{ ...spec.containers[0], imagePullPolicy: "Always" }] }],
  ])("stays where admission has put something %s", (_, live) => {
    for (const generation of [undefined, 1]) {
      const decision = decide(leavesOf(spec), pod(live, generation), key, "1.0.0");
      expect(decision).toMatchObject({ isApplied: true, record });
    }
  });

  test("is left to the provider, and recorded anew, where what is wanted has changed", () => {
    const wanted = { ...spec, hostUsers: false };
    const decision = decide(leavesOf(wanted), pod(spec, 1), key, "1.0.0");
    expect(decision).toMatchObject({ isApplied: false, compared: { spec: { changed: ["hostUsers"] } } });
    expect(decision.record).not.toBe(record);
  });

  test("is left to the provider where somebody has changed the live Pod later", () => {
    const changed = { ...spec, containers: [{ ...spec.containers[0], image: "nginx:2" }] };
    expect(decide(leavesOf(spec), pod(changed, 2), key, "1.0.0")).toMatchObject({ isApplied: false, record });
    const debugged = { ...spec, ephemeralContainers: [{ name: "debugger" }] };
    expect(decide(leavesOf(spec), pod(debugged, 2), key, "1.0.0").isApplied).toBe(true);
  });

  test.each([
    ["no Pod lives", undefined],
    ["nothing is recorded", { ...pod(spec), metadata: { ...pod(spec).metadata, annotations: {} } }],
    ["the record is of another form", pod(spec, 1, record.replace("1 ", "0 "))],
  ])("is left to the provider where %s", (_, newest) => {
    expect(decide(leavesOf(spec), newest, key, "1.0.0")).toEqual({ record, isApplied: false });
  });

  test("stays where a preview doesn't know all of it, and it is known what it doesn't", () => {
    const wanted = { ...spec, initContainers: [{ name: "init", image: unknownLeaf }] };
    const decision = decide(leavesOf(wanted), pod(spec, 1), key, "1.0.0");
    expect(decision).toMatchObject({ isApplied: true, record });
    expect(decision.compared?.spec.unknown).toEqual(["initContainers[init].image"]);
  });

  test("stays beside labels and annotations that change, which are recorded anew", () => {
    const decision = decideAll(wantedOf(leavesOf(spec), { labels: { tier: "b" } }), pod(spec, 1), key, "1.1.0");
    expect(decision).toMatchObject({ isApplied: true, compared: { metadata: { changed: ["labels.tier"] } } });
    expect(decision.record).not.toBe(record);
    expect(decision.record).toMatch(/^1 1\.0\.0 /);
  });

  test("is not recorded anew only because an earlier version has recorded less", () => {
    const old = record.split(" ").slice(0, 3).join(" ");
    expect(decide(leavesOf(spec), pod(spec, 1, old), key, "1.1.0").record).toBe(old);
    const labelled = decideAll(wantedOf(leavesOf(spec), { labels: { tier: "b" } }), pod(spec, 1, old), key, "1.1.0");
    expect(labelled.record.startsWith(`${old} `)).toBe(true);
  });
});
