import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { images, program, weatherArgs } from "./support/programs.ts";
import { diagnostics, kubectl, objects, TestStack } from "./support/stack.ts";

describe("bad input", () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await TestStack.create(program(weatherArgs));
  });
  afterAll(() => stack.remove());

  test("is refused in the preview, all problems in one error, and nothing is created", async () => {
    stack.write(
      program(
        `{ container: { image: "not an image!", port: 70000 }, timeoutSeconds: -1, init: [{ image: "${images.curl}" }, { run: { script: "#".repeat(200000) } }], podSpec: { securityContext: { runAsUser: 0 } } }`,
      ),
    );
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const { code, output } = await stack.try(command);
      expect(code).not.toBe(0);
      for (const part of [
        "container.image",
        "not an image!",
        "container.port",
        "70000",
        "timeoutSeconds",
        "init[0]",
        "200,000 bytes",
        "podSpec.securityContext.runAsUser",
      ]) {
        expect(output).toContain(part);
      }
      expect(diagnostics(output).match(/error:/g)).toHaveLength(1);
      expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
    }
    expect(await objects("pods,services", stack.namespace)).toEqual([]);
  });
});

describe("a namespace", () => {
  const idle = `{ container: { image: "${images.unprivileged}", port: 8080 }, forward: { mode: "never" }`;
  let stack: TestStack;
  beforeAll(async () => {
    stack = await TestStack.create("");
  });
  afterAll(() => stack.remove());

  test("that does not exist is named at once, in the preview as well", async () => {
    stack.write(program(weatherArgs.replace("service: {}", 'namespace: "no-such-namespace"')));
    const { output, seconds } = await stack.try(["preview"]);
    expect(diagnostics(output)).toContain('Namespace "no-such-namespace" does not exist in this cluster.');
    expect(seconds).toBeLessThan(12);
  });

  test("that does not exist is named in `up` at once, and taken once it is there", async () => {
    const late = `late-${stack.namespace}`;
    const warning = `Namespace "${late}" does not exist in this cluster.`;
    stack.write(program(`${idle}, namespace: "${late}" }`));
    let making: Promise<string> | undefined;
    let output = "";
    const up = await stack.tryUp({
      onOutput: (piece) => {
        output += piece;
        if (output.includes(`namespaces "${late}" not found`)) making ??= kubectl(["create", "namespace", late]);
      },
    });
    try {
      expect(up.code, up.output).toBe(0);
      expect(making, up.output).toBeDefined();
      expect(up.output.indexOf(warning), up.output).toBeGreaterThan(-1);
      expect(up.output.indexOf(warning), up.output).toBeLessThan(up.output.indexOf("core/v1:Pod web created"));
    } finally {
      await stack.destroy();
      await kubectl(["delete", "namespace", late, "--wait=false"]);
    }
  });

  test("that is being deleted is named in `up` before the API server refuses", async () => {
    const ending = `ending-${stack.namespace}`;
    const holding = (finalizers: string): string => `{"metadata":{"finalizers":${finalizers}}}`;
    const hold = async (finalizers: string): Promise<string> =>
      await kubectl(["patch", "configmap", "hold", "-n", ending, "--type=merge", "-p", holding(finalizers)]);
    await kubectl(["create", "namespace", ending]);
    await kubectl(["create", "configmap", "hold", "-n", ending]);
    await hold('["init-pod.dev/hold"]');
    await kubectl(["delete", "namespace", ending, "--wait=false"]);
    try {
      stack.write(program(`${idle}, namespace: "${ending}" }`));
      const { code, output } = await stack.tryUp();
      expect(code).not.toBe(0);
      const warned = output.indexOf(`Namespace "${ending}" is being deleted: nothing can be made in it.`);
      expect(warned, output).toBeGreaterThan(-1);
      expect(warned, output).toBeLessThan(output.indexOf("was not successfully created"));
      expect(diagnostics(output)).toContain("because it is being terminated");
    } finally {
      await hold("null");
    }
  });

  test("that the same program makes is not warned of", async () => {
    const made = `const own = new k8s.core.v1.Namespace("own", { metadata: { name: "own-" + pulumi.getStack() } });`;
    const text = program(weatherArgs.replace("service: {}", "namespace: own.metadata.name"));
    stack.write(text.replace("const web", `${made}\nconst web`));
    const { code, output } = await stack.try(["preview"]);
    expect(code, output).toBe(0);
    expect(output).not.toContain("does not exist");
  });
});

describe("a cluster that can't be reached", () => {
  // It takes connections and never says a word, as a firewall or a hung load balancer does.
  const silent = createServer(() => undefined);
  beforeAll(() => new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve)));
  afterAll(() => void silent.close());

  test.each([
    ["refuses", () => 1],
    ["is silent", () => (silent.address() as AddressInfo).port],
  ])("is an error within 10 s where it %s, naming context, server and the way out", async (_how, port) => {
    const server = `https://127.0.0.1:${port()}`;
    const kubeconfig = JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "dead", cluster: { server } }],
      users: [{ name: "nobody", user: { token: "x" } }],
      contexts: [{ name: "dead-context", context: { cluster: "dead", user: "nobody" } }],
      "current-context": "dead-context",
    });
    const stack = await TestStack.create(program(weatherArgs));
    try {
      await stack.configure("kubernetes:kubeconfig", kubeconfig, "--secret");
      for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
        const { code, output, seconds } = await stack.try(command);
        expect(code).not.toBe(0);
        // Node.js warns of an error that is asked for late.
        expect(output).not.toContain("Warning: ");
        expect(output).toContain("dead-context");
        expect(output).toContain(server);
        expect(output).toContain("pulumi config set kubernetes:context");
        expect(seconds).toBeLessThan(12);
      }
    } finally {
      await stack.remove();
    }
  });

  test("is named when the context does not exist", async () => {
    const stack = await TestStack.create(program(weatherArgs), { config: { "kubernetes:context": "no-such-context" } });
    try {
      const { code, output } = await stack.try(["preview"]);
      expect(code).not.toBe(0);
      expect(output).not.toContain("Warning: ");
      expect(output).toContain('No context "no-such-context"');
    } finally {
      await stack.remove();
    }
  });
});
