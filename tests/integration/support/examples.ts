import { cpSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { images, weatherUrl } from "./programs.ts";
import { repo, type StackOptions, TestStack } from "./stack.ts";

const places: readonly (readonly [shown: string, own: string])[] = [
  ["nginxinc/nginx-unprivileged:1.29", images.unprivileged],
  ["postgres:17", images.postgres],
  ["{ waitFor: {", `{ image: "${images.curl}", waitFor: {`],
  ["{ download: {", `{ image: "${images.curl}", download: {`],
  ["https://example.com/", weatherUrl],
];

/** Puts what the sandbox has in the place of what the world has, in all programs of a folder. */
export function moveToSandbox(folder: string): void {
  for (const file of globSync("**/*.ts", { cwd: folder, exclude: ["**/node_modules/**"] })) {
    const text = readFileSync(join(folder, file), "utf8");
    const own = places.reduce((program, [shown, there]) => program.replaceAll(shown, there), text);
    writeFileSync(join(folder, file), own);
  }
}

/** A stack of an example. `name` is its folder, below `examples`. */
export async function exampleStack(name: string, options: StackOptions = {}): Promise<TestStack> {
  const projectName = name.replaceAll("/", "-");
  const stack = await TestStack.create("", { projectName, ...options });
  cpSync(join(repo, "examples", name), stack.project, {
    recursive: true,
    filter: (path) => !path.includes("node_modules"),
  });
  moveToSandbox(stack.project);
  return stack;
}
