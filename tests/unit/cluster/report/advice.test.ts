import { describe, expect, test } from "vitest";
import { podOf, report, waiting } from "./failedPod.ts";

describe("a report", () => {
  test.each([
    ["manifest unknown: not found", "Check that"],
    ["401 Unauthorized", "imagePullSecrets"],
    ["toomanyrequests: You have reached your pull rate limit", "limits anonymous pulls"],
    ["no match for platform in manifest", "not built for the CPU"],
    ["tls: failed to verify certificate: x509", "certificate authority"],
    ["dial tcp: lookup registry.example: no such host", "can't reach the registry"],
  ])("of a pull that failed with %j says what may help: %s", (message, advice) => {
    const pod = podOf({ init: { one: { state: waiting("ErrImagePull", message) } } });
    const verdict = { kind: "failed", container: "one", reason: "ErrImagePull", message } as const;
    expect(report({ pod, verdict }).replace(/\s+/g, " ")).toContain(advice);
  });

  test.each([
    ["CreateContainerConfigError", 'configmap "flags" not found', "kubectl create configmap flags -n shop"],
    ["CreateContainerConfigError", "couldn't find key token in Secret shop/api", "kubectl describe secret api -n shop"],
    [
      "FailedMount",
      'MountVolume.SetUp failed for volume "c" : configmap "flags" not found',
      "kubectl create configmap flags",
    ],
    ["FailedMount", 'persistentvolumeclaim "data" not found', 'PersistentVolumeClaim "data"'],
    ["FailedMount", "references non-existent secret key: a.txt", 'key "a.txt"'],
    ["InvalidImageName", "couldn't parse image name", "REGISTRY/NAME:TAG"],
    ["Evicted", "The node was low on resource: ephemeral-storage.", "disk"],
    ["Evicted", "The node was low on resource: memory.", "requests.memory"],
    ["Unschedulable", "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.", "nodeSelector"],
    ["Unschedulable", "pod has unbound immediate PersistentVolumeClaims", "storage class"],
    ["DeadlineExceeded", "Pod was active on the node longer than the specified deadline", "activeDeadlineSeconds"],
    ["OutOfcpu", "Node didn't have enough resource: cpu", "another one is chosen"],
    ["FailedCreate", "pods is forbidden: exceeded quota: small", "quota"],
  ])("of %s with %j says what may help: %s", (reason, message, advice) => {
    const text = report({ pod: podOf({ init: { one: {} } }), verdict: { kind: "failed", reason, message } });
    expect(text.replace(/\s+/g, " ")).toContain(advice);
  });
});
