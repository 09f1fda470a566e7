import { describe, expect, test } from "vitest";
import { currentPod, latestPod, newestFirst } from "../../../../components/cluster/pods/newest.ts";
import type { Pod } from "../../../../components/cluster/pods/pod.ts";

function pod(name: string, createdSecond: number, { ready = true, deleting = false } = {}): Pod {
  const creationTimestamp = `2026-01-01T00:00:0${createdSecond}Z`;
  return {
    metadata: {
      name,
      uid: name,
      namespace: "shop",
      creationTimestamp,
      ...(deleting ? { deletionTimestamp: "2026-01-01T00:01:00Z" } : {}),
    },
    status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}

const nameOf = (found: Pod | undefined) => found?.metadata.name;

describe("the Pod that connections go to", () => {
  const old = pod("old", 1);

  test("is the newest Ready one", () => {
    expect(nameOf(currentPod([pod("new", 2), old]))).toBe("new");
  });

  test("is not one that is being deleted, nor one that is not Ready", () => {
    const others = [pod("deleting", 3, { deleting: true }), pod("unready", 4, { ready: false })];
    expect(nameOf(currentPod([...others, old]))).toBe("old");
  });

  test("is spoken of as the newest, but for those being deleted", () => {
    const failing = pod("failing", 2, { ready: false });
    expect(nameOf(latestPod([old, failing, pod("deleting", 3, { deleting: true })]))).toBe("failing");
  });

  test("is the same one each time where two were made in one second", () => {
    const [one, other] = [pod("a", 1), pod("b", 1)];
    expect(newestFirst([one, other]).map(nameOf)).toEqual(newestFirst([other, one]).map(nameOf));
  });
});
