import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { images, program } from "./support/programs.ts";
import { kubectl, TestStack } from "./support/stack.ts";

const args = `{
  container: { image: "${images.unprivileged}", port: 8080, env: { MODE: config.get("mode") ?? "fast" } },
  podSpec: { terminationGracePeriodSeconds: 1 },
  forward: { mode: "never" },
}`;

describe("resource options that Pulumi gives to custom resources alone", () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await TestStack.create("");
  });
  afterAll(() => stack.remove());

  test("replaceWith makes the Pod anew with another resource, and hideDiffs hides what changes of it", async () => {
    const other = `const other = new k8s.core.v1.ConfigMap("other", { data: { v: config.get("v") ?? "1" } }, { replaceOnChanges: ["data"] });`;
    const text = program(args, "", `{ replaceWith: [other], hideDiffs: ["spec"] }`);
    stack.write(text.replace("const web", `${other}\nconst web`));
    await stack.up();
    const podName = await stack.output("podName");

    await stack.configure("v", "2");
    await stack.up();
    expect(await stack.output("podName")).not.toBe(podName);

    await stack.configure("mode", "slow");
    const { output } = await stack.pulumi(["preview", "--diff"]);
    expect(output).toContain("kubernetes:core/v1:Pod: (replace)");
    expect(output).not.toContain("slow");
  });

  test("import reaches the Pod: the preview speaks of the one that is there", async () => {
    const name = "there";
    const spec = { containers: [{ name: "app", image: images.unprivileged }] };
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: stack.namespace }, spec };
    await kubectl(["create", "-f", "-"], { input: JSON.stringify(pod) });
    stack.write(program(args, "", `{ import: "${stack.namespace}/${name}" }`));
    const { code, output } = await stack.try(["preview", "--diff"]);
    // What the arguments say otherwise than the Pod is told, and nothing is made.
    expect(output).toContain("import");
    expect(output, String(code)).toContain(`${stack.namespace}/${name}`);
  });
});
