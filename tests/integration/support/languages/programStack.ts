import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PackedPlugin } from "../plugin.ts";
import { TestStack } from "../stack.ts";
import type { Toolchain } from "./toolchains.ts";

/** A stack of a program in another language: the test's own, or that in the folder `program`. */
export async function programStack(
  plugin: PackedPlugin,
  toolchain: Toolchain,
  { config, env, program }: { config?: Record<string, string>; env?: Record<string, string>; program?: string } = {},
): Promise<TestStack> {
  const stack = await TestStack.create("", {
    config,
    env: { PULUMI_HOME: plugin.pulumiHome, ...toolchain.env, ...env },
  });
  const own = ["Pulumi.yaml", "package.json", "index.js", "node_modules"].map((name) => join(stack.project, name));
  for (const file of own) rmSync(file);
  toolchain.fill(stack.project, program);
  const settings = join(stack.project, "Pulumi.yaml");
  // Of a program in YAML, it is the program. Another's says where packages lie, which the tests have elsewhere.
  const text =
    toolchain.language === "yaml"
      ? readFileSync(settings, "utf8").replace(/^name: .*/m, "name: test")
      : JSON.stringify({ name: "test", runtime: toolchain.runtime });
  writeFileSync(settings, text);
  return stack;
}
