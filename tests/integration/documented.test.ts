import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { images, weatherUrl } from "./support/programs.ts";
import { kubectl, objects, repo, TestStack } from "./support/stack.ts";

interface Pod {
  metadata: { name: string };
}

const example = join(repo, "examples/weather");

/** A stack with one program in TypeScript. */
async function stackOf(program: string): Promise<TestStack> {
  const stack = await TestStack.create("");
  cpSync(join(example, "tsconfig.json"), join(stack.project, "tsconfig.json"));
  writeFileSync(join(stack.project, "Pulumi.yaml"), "name: test\nruntime: nodejs\nmain: index.ts\n");
  writeProgram(stack, program);
  return stack;
}

function writeProgram(stack: TestStack, program: string): void {
  writeFileSync(join(stack.project, "index.ts"), program);
}

test("examples/weather serves at its URL what the init container downloaded, by stock nginx as root", async () => {
  const stack = await stackOf(readFileSync(join(example, "index.ts"), "utf8"));
  onTestFinished(() => stack.remove());
  await stack.configure("curlImage", images.curl);
  await stack.configure("image", images.nginx);
  await stack.configure("url", weatherUrl);
  await stack.up();
  expect(await (await fetch(await stack.output("url"))).text()).toContain("temperature");
  const [pod] = await objects<Pod>("pods", stack.namespace);
  const user = await kubectl(["exec", "-n", stack.namespace, pod?.metadata.name ?? "", "--", "id", "-u"]);
  expect(user.trim()).toBe("0");
});
