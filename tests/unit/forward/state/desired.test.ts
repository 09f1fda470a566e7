import { describe, expect, test } from "vitest";
import { forwardKey, type ForwardRequest, samePods } from "../../../../components/forward/state/desired.ts";

describe("forwards", () => {
  const request: ForwardRequest = {
    urn: "urn:1",
    name: "web",
    access: {},
    clusterUid: "uid",
    context: "c",
    server: "https://one",
    namespace: "default",
    selector: { a: "1", b: "2" },
    podPort: 80,
    localPort: 20_000,
    protocol: "http",
  };

  test("are told apart by cluster, namespace and URN, not by the way to the cluster", () => {
    expect(forwardKey({ ...request, server: "https://other" })).toBe(forwardKey(request));
    const others = [{ urn: "urn:2" }, { namespace: "other" }, { clusterUid: "other" }, { clusterUid: "" }];
    expect(new Set(others.map((other) => forwardKey({ ...request, ...other }))).size).toBe(4);
    for (const other of others) expect(forwardKey({ ...request, ...other })).not.toBe(forwardKey(request));
  });

  test("are of the same Pods whatever the order of the labels", () => {
    expect(samePods(request, { ...request, urn: "other", selector: { b: "2", a: "1" } })).toBe(true);
    expect(samePods(request, { ...request, selector: { a: "1" } })).toBe(false);
  });
});
