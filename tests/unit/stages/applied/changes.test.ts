import { describe, expect, test } from "vitest";
import type { Pod } from "../../../../components/cluster/pods/pod.ts";
import { Hidden, hiddenIn, leavesOf, unknownLeaf } from "../../../../components/spec/applied";
import { recordOf } from "../../../../components/spec/applied/record.ts";
import { changesOf, stepsOf } from "../../../../components/stages/applied/changes.ts";
import { decide } from "../../../../components/stages/applied/decision.ts";

const key = "0123456789abcdef";
const app = { name: "app", image: "nginx:1", command: ["sh", "-euc", "a"] };
const spec = { containers: [app], hostname: "web" };
const labels = { tier: "a" };

const recorded = (wanted: unknown, metadata: unknown = { labels }) => ({
  spec: leavesOf(wanted),
  metadata: leavesOf(metadata),
  hidden: new Set([...hiddenIn(wanted), ...hiddenIn(metadata)]),
});

/** How `wanted` differs from what `applied` says of the live Pod. */
function changes(wanted: unknown, metadata?: unknown, applied: unknown = spec, live: unknown = spec, record?: string) {
  const text = record ?? recordOf(recorded(applied), key, "1.0.0");
  const annotations: Record<string, string> = text === "" ? {} : { "init-pod.dev/applied": text };
  const newest: Pod = {
    metadata: { name: "web-1", namespace: "shop", uid: "1", labels, annotations },
    spec: live as Pod["spec"],
  };
  const asked = recorded(wanted, metadata);
  return changesOf(asked, newest, key, decide(asked, newest, key, "1.0.0").compared);
}

describe("what changes of a Pod", () => {
  test("is each field that is new, gone or another one, with what it was", () => {
    const { hostname, ...others } = spec;
    expect(hostname).toBe("web");
    const wanted = { ...others, containers: [{ ...app, image: "nginx:2" }], subdomain: "x" };
    expect(changes(wanted, { labels: { team: "b" } })).toMatchObject({
      spec: [
        { path: "containers[app].image", how: "changed", from: "nginx:1", to: "nginx:2" },
        { path: "subdomain", how: "added", to: "x" },
        { path: "hostname", how: "gone", from: "web" },
      ],
      metadata: [
        { path: "labels.team", how: "added", to: "b" },
        { path: "labels.tier", how: "gone", from: "a" },
      ],
      madeBy: "1.0.0",
      isMixed: false,
    });
  });

  test("shows no value that is secret, or was, and no old one that the cluster has made another", () => {
    const secret = { ...spec, hostname: new Hidden("s3cret") };
    const paths = (wanted: unknown, applied: unknown, live: unknown = spec) =>
      changes(wanted, undefined, applied, live).spec;
    expect(paths({ ...spec, hostname: new Hidden("other") }, spec)).toEqual([{ path: "hostname", how: "changed" }]);
    expect(paths({ ...spec, hostname: "plain" }, secret, { ...spec, hostname: "s3cret" })).toEqual([
      { path: "hostname", how: "changed", to: "plain" },
    ]);
    const mirrored = { ...spec, containers: [{ ...app, image: "mirror/nginx:1" }] };
    expect(paths({ ...spec, containers: [{ ...app, image: "nginx:2" }] }, spec, mirrored)).toMatchObject([
      { path: "containers[app].image", from: undefined, to: "nginx:2" },
    ]);
  });

  test("is told by the live Pod where nothing was recorded, without its values, which may be secret", () => {
    const wanted = { ...spec, hostname: "other", subdomain: unknownLeaf };
    const live = { ...spec, nodeName: "node" };
    expect(changes(wanted, { labels: { tier: "b" } }, spec, live, "")).toEqual({
      spec: [{ path: "hostname", how: "changed", to: "other" }],
      metadata: [{ path: "labels.tier", how: "changed", to: "b" }],
      unknown: ["subdomain"],
      madeBy: undefined,
      isMixed: false,
      isEdited: false,
    });
  });

  test("is known to be mixed with what the cluster has added", () => {
    const wanted = { ...spec, hostname: "other" };
    const live = { ...spec, containers: [{ name: "proxy" }, app] };
    expect(changes(wanted, undefined, spec, live).isMixed).toBe(true);
    const longer = { ...spec, containers: [app, { name: "log" }] };
    expect(changes(longer).isMixed).toBe(false);
  });

  test("tells a script from a command", () => {
    const edited = (command: string[]) => changes({ ...spec, containers: [{ ...app, command }] }).spec;
    expect(edited(["sh", "-euc", "b"])).toMatchObject([{ isScript: true }]);
    expect(edited(["sh", "up", "b"]).map(({ isScript }) => isScript)).toEqual([undefined, undefined]);
  });
});

test("the steps are those that are wanted, in order", () => {
  const initContainers = [{ name: "b" }, { name: "a", restartPolicy: "Always" }];
  expect(stepsOf({ spec: leavesOf({ initContainers }) })).toEqual([
    { name: "b", isSidecar: false },
    { name: "a", isSidecar: true },
  ]);
  expect(stepsOf({ spec: leavesOf(spec) })).toEqual([]);
});
