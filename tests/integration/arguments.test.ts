import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { eventually } from "./support/machine.ts";
import { images, program } from "./support/programs.ts";
import { kubectl, objects, TestStack } from "./support/stack.ts";

interface Pod {
  metadata: { name: string };
  spec: object;
  status: {
    initContainerStatuses: { name: string; state: { running?: object } }[];
    conditions: { type: string; status: string }[];
  };
}

const secret = "s3cr3t-4e1b77aa";

const args = `{
  volumes: {
    shared: { mountPath: "/shared" },
    conf: { configMap: "settings", mountPath: "/conf", mountIn: "init" },
    creds: { secret: "creds", mountPath: "/creds", mountIn: "init" },
  },
  init: [
    {
      name: "aside",
      image: "${images.busybox}",
      sidecar: true,
      run: { script: "date > /shared/started; exec sleep 3600" },
    },
    {
      name: "next",
      image: "${images.busybox}",
      run: { script: 'sleep 1; test -s /shared/started; cat /conf/colour /creds/word; echo "\${#PASSWORD} letters"' },
      secretEnv: { PASSWORD: { secret: "database", key: "password" } },
    },
  ],
  container: { image: "${images.unprivileged}", port: 8080, readyPath: "/" },
  podSpec: { terminationGracePeriodSeconds: 1 },
}`;

describe("a sidecar, a step after it, and what both get of the cluster", () => {
  let stack: TestStack;
  let pod: Pod | undefined;

  beforeAll(async () => {
    stack = await TestStack.create(program(args));
    const make = ["create", "-n", stack.namespace];
    await kubectl([...make, "configmap", "settings", "--from-literal=colour=blue "]);
    await kubectl([...make, "secret", "generic", "creds", "--from-literal=word=sesame "]);
    await kubectl([...make, "secret", "generic", "database", `--from-literal=password=${secret}`]);
    await stack.up();
    [pod] = await objects<Pod>("pods", stack.namespace);
  });
  afterAll(() => stack.remove());

  test("the sidecar goes on beside the app, and has no exit code in initLogs", async () => {
    const statuses = pod?.status.initContainerStatuses;
    expect(statuses?.find(({ name }) => name === "aside")?.state).toHaveProperty("running");
    const [aside] = (await stack.outputs()).initLogs as object[];
    expect(aside).toMatchObject({ container: "aside", restarts: 0 });
    expect(aside).not.toHaveProperty("exitCode");
  });

  test("the next step has begun once the sidecar had, and has found keys of ConfigMap and Secret as files", async () => {
    const [, next] = (await stack.outputs()).initLogs as object[];
    expect(next).toMatchObject({ container: "next", exitCode: 0, log: [`blue sesame ${secret.length} letters`] });
  });

  test("the value of its variable of a Secret is neither in the Pod nor in Pulumi's state", async () => {
    const state = (await stack.pulumi(["stack", "export", "--show-secrets"])).stdout;
    expect(state).toContain("secretKeyRef");
    expect(JSON.stringify(pod?.spec)).toContain("secretKeyRef");
    expect(state + JSON.stringify(pod)).not.toContain(secret);
  });
});

test("a Service of type LoadBalancer is waited for until it has an address", async () => {
  const stack = await TestStack.create(
    program(`{ container: { image: "${images.unprivileged}", port: 8080 }, service: { type: "LoadBalancer" } }`),
  );
  onTestFinished(() => stack.remove());
  let ended = false;
  const up = stack.up().finally(() => (ended = true));
  const isReady = async (): Promise<boolean> =>
    (await objects<Pod>("pods", stack.namespace)).some(({ status }) =>
      status.conditions.some(({ type, status: state }) => type === "Ready" && state === "True"),
    );
  expect(await eventually(isReady, 120)).toBe(true);
  expect(await eventually(() => ended, 6)).toBe(false);
  const patch = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } } });
  const [service] = await objects<Pod>("services", stack.namespace);
  const name = service?.metadata.name ?? "";
  await kubectl(["patch", "service", name, "-n", stack.namespace, "--subresource=status", "--type=merge", "-p", patch]);
  await up;
  expect((await fetch(await stack.output("url"))).status).toBe(200);
});
