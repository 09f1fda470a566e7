import { describe, expect, test } from "vitest";
import { ended, podOf, report, waiting } from "./failedPod.ts";

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

describe("advice against a step that takes longer than it may", () => {
  const late = { reason: "StepTimeout", message: "it has run for 3 s, and its timeoutSeconds are 3" };
  const verdict = { kind: "failed", container: "slow", ...late } as const;
  const running = { slow: { state: { running: {} } } };

  test("says what becomes of it, and where more time is to be had", () => {
    const text = report({ pod: podOf({ init: running }), verdict, lines: ["at work"] }).replace(/\s+/g, " ");

    expect(text).toContain("Does it wait for something that never comes?");
    expect(text).toContain("raise timeoutSeconds of this step");
    expect(text).toContain("the next `pulumi up` makes the Pod anew, or the Pod is deleted");
    expect(text).toContain("kubectl logs -n shop web-3f2a1b0c -c slow");
    expect(text).toContain("| at work");
  });

  test("asks what the startup probe of a sidecar asks", () => {
    const slow = { restartPolicy: "Always", startupProbe: { tcpSocket: { port: 9000 } } };
    const text = report({ pod: podOf({ init: running, spec: { slow } }), verdict }).replace(/\s+/g, " ");

    expect(text).toContain("does it listen on port 9000 of all addresses");
    expect(text).not.toContain("Does it wait for something");
  });

  test("shows no last words of an attempt before it", () => {
    const pod = podOf({ init: { slow: { ...running.slow, lastState: ended(1, 0, 1, { message: "of before" }) } } });

    expect(report({ pod, verdict })).not.toContain("of before");
  });
});
