import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { programStack } from "./support/languages/programStack.ts";
import { prepared, testExample, testProgram, testProvider } from "./support/languages/suite.ts";
import { python } from "./support/languages/toolchains.ts";

const setting = prepared(python);
testProgram(setting);
testProvider(setting);
testExample(setting, "python", "__main__.py");

test("hooks of a program run for the Pod of its InitPod, and no other resource", async () => {
  const { plugin, toolchain } = setting();
  const stack = await programStack(plugin, toolchain);
  const ran = join(stack.folder, "ran");
  writeFileSync(
    join(stack.project, "__main__.py"),
    `
import pulumi
from pulumi_init_pod import InitPod

def said(word):
    def hook(args):
        with open("${ran}", "a") as file:
            file.write(f"{word} {args.urn.split('$')[-1]}\\n")
    return pulumi.ResourceHook(word, hook)

InitPod(
    "web",
    container={"image": "sandbox.local/nginx-unprivileged:1", "port": 8080},
    opts=pulumi.ResourceOptions(
        hooks=pulumi.ResourceHookBinding(before_create=[said("before")], after_create=[said("after")])
    ),
)
`,
  );
  try {
    await stack.up();
    expect(readFileSync(ran, "utf8")).toBe("before kubernetes:core/v1:Pod::web\nafter kubernetes:core/v1:Pod::web\n");
  } finally {
    await stack.remove();
  }
});
