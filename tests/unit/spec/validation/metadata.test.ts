import { describe, expect, test } from "vitest";
import { fields } from "../problems.ts";

describe("labels and annotations", () => {
  test("keep to Kubernetes' syntax", () => {
    expect(fields({ labels: { "a b": "x", "a/b/c": "x", good: "-bad-" }, annotations: { "/x": "" } })).toEqual([
      'labels["a b"]',
      'labels["a/b/c"]',
      'labels["good"]',
      'annotations["/x"]',
    ]);
  });

  test("leave alone what InitPod relies on", () => {
    const labels = {
      "init-pod.dev/id": "x",
      "init-pod.dev/x": "x",
      "app.kubernetes.io/name": "x",
      "app.kubernetes.io/version": "1",
    };
    const annotations = { "pulumi.com/waitFor": "x", "pulumi.com/skipAwait": "true", "init-pod.dev/retry": "x" };
    expect(fields({ labels })).toEqual(['labels["init-pod.dev/id"]', 'labels["init-pod.dev/x"]']);
    expect(fields({ annotations })).toHaveLength(3);
  });
});
