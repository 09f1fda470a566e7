import { cpSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { images, weatherUrl } from "./programs.ts";
import { repo, type StackOptions, TestStack } from "./stack.ts";

const places: readonly (readonly [shown: string, own: string])[] = [
  ["curlimages/curl:8.17.0", images.curl],
  ["busybox:1.37.0", images.busybox],
  ["nginxinc/nginx-unprivileged:1.29", images.unprivileged],
  ["postgres:17", images.postgres],
  ["{ waitFor: {", `{ image: "${images.curl}", waitFor: {`],
  ["{ download: {", `{ image: "${images.curl}", download: {`],
  ["https://example.com/", weatherUrl],
  ["http://api.example.com/", weatherUrl],
];

/** A text with what the sandbox has in the place of what the world has. */
export function onSandbox(text: string): string {
  return places.reduce((program, [shown, own]) => program.replaceAll(shown, own), text);
}

/** The same in all programs of a folder. */
export function moveToSandbox(folder: string): void {
  for (const file of globSync("**/*.ts", { cwd: folder, exclude: ["**/node_modules/**"] })) {
    const text = readFileSync(join(folder, file), "utf8");
    writeFileSync(join(folder, file), onSandbox(text));
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
