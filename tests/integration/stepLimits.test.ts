import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./support/machine.ts";
import { images, program } from "./support/programs.ts";
import { run } from "./support/run.ts";
import { diagnostics, kubectl, objects, repo, TestStack } from "./support/stack.ts";

interface Pod {
  metadata: { uid: string; annotations: Record<string, string> };
  status: { initContainerStatuses: { restartCount: number }[] };
}

/** Generous: without the limit it would take ten minutes. */
const promptSeconds = 40;

/** Both wait for a flag that a ConfigMap gives, which is not there at first. */
const flag = `env: [{ name: "FLAG", valueFrom: { configMapKeyRef: { name: "flags", key: "flag", optional: true } } }]`;
const overdue = {
  step: `{
    init: [
      { name: "slow", image: "${images.busybox}", timeoutSeconds: 3, retries: 3,
        run: { script: 'echo "looking for the flag"; test "\${FLAG:-}" = set || sleep 300' } },
    ],
    container: { image: "${images.unprivileged}", port: 8080 },
    podSpec: { terminationGracePeriodSeconds: 1, initContainers: [{ name: "slow", ${flag} }] },
  }`,
  sidecar: `{
    init: [
      { name: "slow", image: "${images.busybox}", timeoutSeconds: 3, retries: 3, sidecar: true,
        run: { script: 'echo "looking for the flag"; exec sleep 3600' } },
      { name: "next", image: "${images.busybox}", run: { script: "true" } },
    ],
    container: { image: "${images.unprivileged}", port: 8080 },
    podSpec: {
      terminationGracePeriodSeconds: 1,
      initContainers: [{
        name: "slow", ${flag},
        startupProbe: { exec: { command: ["sh", "-c", "test _$FLAG = _set"] }, periodSeconds: 1, failureThreshold: 60 },
      }],
    },
  }`,
};
const said = {
  step: /error: init container "slow" of Pod \S+ failed: its time is over \(StepTimeout\): it has run for [345](\.\d)? s, and its timeoutSeconds are 3 /,
  sidecar:
    /error: restartable init container "slow" of Pod \S+ failed: its time is over \(StepTimeout\): it has not started after [345](\.\d)? s, and its timeoutSeconds are 3 /,
};
const help = {
  step: "Does it wait for something that never comes?",
  sidecar: "its probe does not pass: does `sh -c test",
};

describe.each(["step", "sidecar"] as const)("a %s that takes longer than it may", (what) => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await TestStack.create(program(overdue[what]));
  });
  afterAll(() => stack.remove());

  test("fails `up` at its first attempt with one error that names it, its limit and what to do", async () => {
    const { code, output, seconds } = await stack.tryUp();
    const text = output.replace(/\s+/g, " ");
    expect(code).not.toBe(0);
    expect(seconds).toBeLessThan(promptSeconds);
    expect(text).toMatch(said[what]);
    expect(output).toContain("| looking for the flag");
    expect(text).toContain(help[what]);
    expect(text).toContain("raise timeoutSeconds of this step");
    expect(text).toContain("lets the step go on until the next `pulumi up` makes the Pod anew");
    expect(diagnostics(output).match(/error:/g)).toHaveLength(1);
  });

  test("goes on meanwhile, and is seen as failed by the next preview and by `init-pod status`", async () => {
    const [pod, ...others] = await objects<Pod>("pods", stack.namespace);
    expect(others).toEqual([]);
    expect(pod?.metadata.annotations["init-pod.dev/timeouts"]).toBe("slow=3");
    const { output } = await stack.pulumi(["preview", "--diff"]);
    expect(output).toContain(pod?.metadata.uid);
    expect(output.replace(/\s+/g, " ")).toMatch(
      /can't get Ready: (restartable )?init container "slow": its time is over/,
    );
    const status = [join(repo, "components/dist/cli/main.js"), "status", "-n", stack.namespace];
    const { stdout } = await run(process.execPath, status, { env: stack.env });
    expect(stdout.replace(/\s+/g, " ")).toMatch(
      /✗ \S+\/web Pod \S+ Can't get Ready: [^:]*: its time is over \(StepTimeout\)/,
    );
    expect(stdout).toMatch(/kubectl logs \S+ .* -c slow +shows all that slow logged/);
  });

  test("is made anew by the next `up`, which succeeds once the cause is gone", async () => {
    const [failed] = await objects<Pod>("pods", stack.namespace);
    await kubectl(["create", "configmap", "flags", "-n", stack.namespace, "--from-literal=flag=set"]);
    const { seconds } = await stack.up();
    expect(seconds).toBeLessThan(promptSeconds);
    const pods = await objects<Pod>("pods", stack.namespace);
    expect(pods).toHaveLength(1);
    expect(pods[0]?.metadata.uid).not.toBe(failed?.metadata.uid);
    await stack.pulumi(["preview", "--expect-no-changes"]);
  });
});

const late = {
  port: { script: "sleep 3; exec httpd -f -p 9090 -h /bin", startWhen: "{ port: 9090 }" },
  // It would never end with 0 if kubelet made /tmp of $(HOME).
  command: {
    script: "sleep 3; touch /tmp/up; exec httpd -f -p 9090 -h /bin",
    startWhen: `{ command: ["sh", "-c", "test '$(HOME)' != /tmp && test -e /tmp/up && wget -q -O /dev/null 127.0.0.1:9090/sh"] }`,
  },
};

describe("a sidecar that says when it has started", () => {
  test.each(["port", "command"] as const)("starts the next step once its %s accepts", async (what) => {
    const { script, startWhen } = late[what];
    const stack = await TestStack.create(
      program(`{
        init: [
          { name: "late", image: "${images.busybox}", sidecar: true, run: { script: ${JSON.stringify(script)} }, startWhen: ${startWhen} },
          { name: "next", image: "${images.busybox}", retries: 0, run: { script: "wget -q -O /dev/null 127.0.0.1:9090/sh && echo answered" } },
        ],
        container: { image: "${images.unprivileged}", port: 8080 },
        podSpec: { terminationGracePeriodSeconds: 1 },
      }`),
    );
    try {
      await stack.up();
      expect((await stack.outputs()).initLogs).toMatchObject([
        { container: "late", restarts: 0 },
        { container: "next", exitCode: 0, log: ["answered"] },
      ]);
    } finally {
      await stack.remove();
    }
  });

  test("fails `up` where it never does, and is started again by kubelet", async () => {
    const stack = await TestStack.create(
      program(`{
        init: [{
          name: "local", image: "${images.busybox}", sidecar: true, timeoutSeconds: 4,
          run: { script: "exec httpd -f -p 127.0.0.1:9090 -h /bin" }, startWhen: { port: 9090 },
        }],
        container: { image: "${images.unprivileged}", port: 8080 },
        podSpec: { terminationGracePeriodSeconds: 1 },
      }`),
    );
    try {
      const { code, output, seconds } = await stack.tryUp();
      const text = output.replace(/\s+/g, " ");
      expect(code).not.toBe(0);
      expect(seconds).toBeLessThan(promptSeconds);
      expect(text).toMatch(/"local" of Pod \S+ failed: its time is over \(StepTimeout\): it has not started after/);
      expect(text).toContain("does it listen on port 9090 of all addresses, not of 127.0.0.1 alone?");
      expect(diagnostics(output).match(/error:/g)).toHaveLength(1);
      const isStartedAgain = async (): Promise<boolean> => {
        const [pod] = await objects<Pod>("pods", stack.namespace);
        return (pod?.status.initContainerStatuses[0]?.restartCount ?? 0) > 0;
      };
      expect(await eventually(isStartedAgain, 30)).toBe(true);
    } finally {
      await stack.remove();
    }
  });
});
