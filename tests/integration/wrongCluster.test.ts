import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiProxy } from "../support/apiProxy/index.ts";
import { images, program } from "./support/programs.ts";
import { openProxy, renameCluster } from "./support/proxy.ts";
import { kubectl, TestStack } from "./support/stack.ts";

const args = `{
  container: { image: "${images.unprivileged}", port: 8080 },
  service: {},
  forward: { mode: "never" },
}`;

const other = { context: "other", uid: "11111111-2222-3333-4444-555555555555" };

describe("where the kubeconfig's current context leads to another cluster", () => {
  let stack: TestStack;
  let proxy: ApiProxy;
  let env: { KUBECONFIG: string };

  beforeAll(async () => {
    stack = await TestStack.create(program(args));
    const opened = await openProxy(stack.folder, other.context);
    proxy = opened.proxy;
    renameCluster(proxy, other.uid);
    env = { KUBECONFIG: opened.kubeconfig };
    await stack.up();
  });
  afterAll(async () => {
    await stack.remove();
    proxy.close();
  });

  const objects = (): Promise<string> => kubectl(["get", "pods,services", "-n", stack.namespace, "-o", "name"]);

  test.each(["preview", "up --yes --skip-preview"])("`pulumi %s` is refused, and nothing is made", async (command) => {
    const before = await objects();
    stack.write(program(args.replace("8080 }", '8080, env: { CHANGED: "yes" } }')));
    const { code, output } = await stack.try(command.split(" "), { env });
    expect(code).not.toBe(0);
    expect(output).not.toContain("Warning: ");
    expect(output).toContain('InitPod "web" lives in another cluster');
    expect(output).toContain(`This is:     context "${other.context}"`);
    expect(output).toContain(other.uid);
    expect(output).toContain("pulumi config set kubernetes:context");
    expect(output).toContain("INIT_POD_NEW_CLUSTER=1");
    expect(await objects()).toBe(before);
  });

  test("what the stack's configuration names is meant, and remembered from then on", async () => {
    stack.write(program(args));
    await stack.configure("kubernetes:context", other.context);
    await stack.up({ env });
    await stack.pulumi(["config", "rm", "kubernetes:context"]);
    expect(
      Object.keys(
        (JSON.parse((await stack.pulumi(["preview", "--json"], { env })).stdout) as { changeSummary: object })
          .changeSummary,
      ),
    ).toEqual(["same"]);
    // So the first one is the other one now.
    expect((await stack.try(["preview"])).output).toContain("lives in another cluster");
  });

  test("a cluster that is gone for good is given up by INIT_POD_NEW_CLUSTER=1, and all is made anew", async () => {
    await kubectl(["delete", "pods,services", "--all", "-n", stack.namespace]);
    await stack.up({ env: { INIT_POD_NEW_CLUSTER: "1" } });
    expect(await stack.previewed()).toEqual({ same: expect.any(Number) as number });
    const podName = await stack.output("podName");
    const made = await objects();
    expect(made).toContain(`pod/${podName}`);
    expect(made).toMatch(/service\/web-/);
  });
});
