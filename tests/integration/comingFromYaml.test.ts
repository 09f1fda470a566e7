import * as yaml from "js-yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blocksOf } from "../unit/claims/blocks.ts";
import { stackOf, writeProgram } from "./support/documented.ts";
import { onSandbox } from "./support/examples.ts";
import { eventually } from "./support/machine.ts";
import { images } from "./support/programs.ts";
import { mustRun } from "./support/run.ts";
import { kubectl, objects, type TestStack } from "./support/stack.ts";

interface Pod {
  metadata: { name: string };
}

const page = "docs/coming-from-yaml.md";
const [shownYaml = ""] = blocksOf(page, "yaml");
const [shownProgram = ""] = blocksOf(page, "ts");
const [beside = "", byImport = ""] = blocksOf(page, "sh");

const before = onSandbox(shownYaml);
const program = onSandbox(shownProgram);
const failing = program.replace("port: 8080,", `port: 8080, command: ["false"],`);

/** The command lines of a block, as one runs them in the stack's folder with the stack's namespace as the current one. */
async function follow(block: string, stack: TestStack): Promise<void> {
  for (const line of block.trim().split("\n")) {
    const [command = "", ...words] = line
      .replace(/\s+#.*/, "")
      .replace("NAMESPACE", stack.namespace)
      .split(/\s+/);
    if (command === "kubectl") await kubectl(["-n", stack.namespace, ...words]);
    else if (words.join() === "up") await stack.up();
    else await stack.pulumi(words);
  }
}

const podsOf = async (stack: TestStack): Promise<string[]> =>
  (await objects<Pod>("pods", stack.namespace))
    .map(({ metadata }) => metadata.name)
    .filter((name) => name !== "client");

async function withOldPod(stack: TestStack): Promise<void> {
  await kubectl(["apply", "-n", stack.namespace, "-f", "-"], { input: before });
  await kubectl(["wait", "-n", stack.namespace, "--for", "condition=Ready", "--timeout", "60s", "pod/web"]);
}

describe("an InitPod beside the Pod whose place it takes, as docs/coming-from-yaml.md has it", () => {
  let stack: TestStack;
  const answers = async (): Promise<string[]> =>
    (await kubectl(["logs", "-n", stack.namespace, "client"])).trim().split("\n");

  beforeAll(async () => {
    stack = await stackOf(program);
    await withOldPod(stack);
    const script = `while true; do curl -s -o /dev/null -m 5 -w '%{http_code}\\n' http://web/ || echo failed; done`;
    const client = ["run", "client", "-n", stack.namespace, "--image", images.curl, "--command", "--"];
    await kubectl([...client, "sh", "-c", `${script} | uniq -c`]);
    await kubectl(["wait", "-n", stack.namespace, "--for", "condition=Ready", "--timeout", "60s", "pod/client"]);
  });
  afterAll(() => stack.remove());

  test("takes over the traffic of the Service without a lost request", async () => {
    await follow(beside, stack);
    await kubectl(["wait", "-n", stack.namespace, "--for=delete", "--timeout", "60s", "pod/web"]);
    const [pod, ...others] = await podsOf(stack);
    expect(others).toEqual([]);
    expect(pod).toMatch(/^web-/);
    const { stdout } = await mustRun("kubectl", ["get", "endpointslices", "-n", stack.namespace, "-o", "json"]);
    expect(stdout).toContain(pod);
    // Still asked for, and each answer so far was 200: `uniq` has told of no run of another one, nor of that one's end.
    expect(await answers()).toEqual([""]);
    await kubectl(["delete", "service", "web", "-n", stack.namespace]);
    expect(await eventually(async () => (await answers())[0]?.includes(" 200") === true, 30)).toBe(true);
    expect(Number((await answers())[0]?.trim().split(" ")[0])).toBeGreaterThan(100);
  });

  test("serves what the Pod of the YAML served, and adds a URL", async () => {
    expect(await (await fetch(await stack.output("url"))).text()).toContain("temperature");
  });
});

describe("a Pod that is Pulumi's, and an InitPod in its place in the program", () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await stackOf(failing);
  });
  afterAll(() => stack.remove());

  test("stays where the InitPod fails, and goes once it is Ready: by import, as docs/coming-from-yaml.md has it", async () => {
    await withOldPod(stack);
    const [importing = "", up = ""] = byImport.trim().split("\n");
    await follow(importing, stack);
    expect((await stack.tryUp()).output).toMatch(/container "app" of Pod \S+ failed/);
    expect(await podsOf(stack)).toContain("web");
    writeProgram(stack, program);
    await follow(up, stack);
    expect(await podsOf(stack)).toEqual([expect.stringMatching(/^web-\w+$/)]);
    expect(Object.keys(await stack.previewed())).toEqual(["same"]);
  });

  test("goes likewise where the program made it", async () => {
    const [pod] = yaml.loadAll(before) as [Pod];
    const own = { ...pod, metadata: { ...pod.metadata, name: "plain" } };
    const plain = `import * as k8s from "@pulumi/kubernetes";\nnew k8s.core.v1.Pod("plain", ${JSON.stringify(own)});\n`;
    writeProgram(stack, plain);
    await stack.up();
    expect(await podsOf(stack)).toEqual(["plain"]);
    writeProgram(stack, program);
    await stack.up();
    expect(await podsOf(stack)).toEqual([expect.stringMatching(/^web-\w+$/)]);
  });
});
