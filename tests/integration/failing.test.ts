import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, steadyRequests, tally } from "./support/load.ts";
import { images, program } from "./support/programs.ts";
import { diagnostics, kubectl, objects, TestStack } from "./support/stack.ts";

/** Generous: a wait that hung would take ten minutes. */
const promptSeconds = 40;

function waitingFor(configMapKey: string): string {
  return program(
    `{
      init: [
        { name: "first", image: "${images.busybox}", run: { script: "echo ready" } },
        {
          name: "check",
          image: "${images.busybox}",
          run: { script: 'echo "looking for the flag"; test "\${FLAG:-}" = set || { echo "no flag" >&2; exit 7; }' },
          retries: 1,
        },
      ],
      container: { image: "${images.unprivileged}", port: 8080 },
      podSpec: {
        initContainers: [
          { name: "check", env: [{ name: "FLAG", valueFrom: { configMapKeyRef: { name: "flags", key: "${configMapKey}", optional: true } } }] },
        ],
      },
    }`,
    `new k8s.core.v1.ConfigMap("depends", { data: { key: "value" } }, { dependsOn: [web] });`,
  );
}

describe("an init container that fails", () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await TestStack.create(waitingFor("flag"));
  });
  afterAll(() => stack.remove());

  test("ends `up` with one error that names Pod, container, exit code, attempts and the last lines", async () => {
    const { code, output, seconds } = await stack.tryUp();
    expect(code).not.toBe(0);
    expect(seconds).toBeLessThan(promptSeconds);
    expect(output).toMatch(/error: init container "check" of Pod \S+\/web-\S+ failed\s+after 2 attempts: exit code 7/);
    expect(output).toContain("| no flag");
    expect(output).toMatch(/first\s+completed/);
    expect(output).toContain("kubectl logs -n");
    expect(diagnostics(output).match(/error:/g)).toHaveLength(1);
    expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  });

  test("holds back what depends on the InitPod", async () => {
    const maps = await objects<{ metadata: { name: string } }>("configmaps", stack.namespace);
    expect(maps.filter(({ metadata }) => metadata.name.startsWith("depends"))).toEqual([]);
  });

  test("is made anew by the next `up`, which the preview announces, and heals as soon as its cause is gone", async () => {
    const failed = (await objects<{ metadata: { uid: string } }>("pods", stack.namespace)).map(
      (pod) => pod.metadata.uid,
    );
    const preview = await stack.pulumi(["preview", "--diff"]);
    expect(preview.output).toContain("init-pod.dev/retry");
    expect(preview.output).toContain(failed[0]);
    await kubectl(["create", "configmap", "flags", "-n", stack.namespace, "--from-literal=flag=set"]);
    const { seconds } = await stack.up();
    expect(seconds).toBeLessThan(promptSeconds);
    const pods = await objects<{ metadata: { uid: string } }>("pods", stack.namespace);
    expect(pods).toHaveLength(1);
    expect(failed).not.toContain(pods[0]?.metadata.uid);
    await stack.pulumi(["preview", "--expect-no-changes"]);
  });

  test("never takes the serving Pod down, in two `up`s with a bad change", async () => {
    const url = await stack.output("url");
    const podName = await stack.output("podName");
    stack.write(waitingFor("no-such-key"));
    const stop = steadyRequests(url, 50);
    for (let round = 0; round < 2; round++) {
      const { code } = await stack.tryUp();
      expect(code).not.toBe(0);
      expect((await fetch(url)).headers.get("x-init-pod")).toBeNull();
      expect(await stack.output("podName")).toBe(podName);
    }
    // The serving one and the last that failed.
    expect(await objects("pods", stack.namespace)).toHaveLength(2);
    stack.write(waitingFor("flag"));
    await stack.up();
    const { app = 0, ...others } = tally(await stop());
    expect(others).toEqual({});
    expect(app).toBeGreaterThan(50);
    expect(await objects("pods", stack.namespace)).toHaveLength(1);
    expect((await fetch(url)).headers.get("x-init-pod")).toBeNull();
  });

  test("a Pod deleted by hand is made anew by the next `up`", async () => {
    const before = await stack.output("podName");
    await kubectl(["delete", "pod", before, "-n", stack.namespace]);
    expect(await stack.previewed()).toHaveProperty("replace");
    await stack.up();
    expect(await stack.output("podName")).not.toBe(before);
    await stack.pulumi(["preview", "--expect-no-changes"]);
  });
});

describe("a Pod that never gets Ready", () => {
  test("is given up at the deadline, unless INIT_POD_WAIT=0 says to carry on", async () => {
    const stack = await TestStack.create(
      program(`{
        init: [{ name: "slow", image: "${images.busybox}", run: { script: "echo waiting; sleep 3600" } }],
        container: { image: "${images.unprivileged}", port: 8080 },
        podSpec: { terminationGracePeriodSeconds: 1 },
        timeoutSeconds: 5,
      }`),
    );
    try {
      const { code, output, seconds } = await stack.tryUp();
      expect(code).not.toBe(0);
      expect(seconds).toBeLessThan(promptSeconds);
      expect(output).toMatch(/init container "slow" of Pod \S+ failed:\s+Timeout: still running after 5 s/);
      expect(output).toContain("| waiting");
      const carriedOn = await stack.up({ env: { INIT_POD_WAIT: "0" } });
      expect(carriedOn.output).toContain("INIT_POD_WAIT=0");
      expect(tally([await ask(await stack.output("url"))])).toEqual({ forwarder: 1 });
    } finally {
      await stack.remove();
    }
  });
});
