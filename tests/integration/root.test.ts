import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "./support/run.ts";
import { repo } from "./support/stack.ts";

/** A copy of the repo's root whose package.json has the library as its main file, as many a package's has. */
describe("`pulumi preview` at the root, where package.json names the library as its main file", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "init-pod-root-"));
    for (const name of ["index.ts", "tsconfig.json", "Pulumi.yaml", "Pulumi.sandbox.yaml"]) {
      cpSync(join(repo, name), join(folder, name));
    }
    for (const name of ["node_modules", "components"]) symlinkSync(join(repo, name), join(folder, name));
    const manifest = JSON.parse(readFileSync(join(repo, "package.json"), "utf8")) as object;
    writeFileSync(join(folder, "package.json"), JSON.stringify({ ...manifest, main: "components/dist/index.js" }));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function previewed(): Promise<string> {
    const env = { ...process.env, PULUMI_BACKEND_URL: `file://${folder}` };
    await run("pulumi", ["stack", "init", "sandbox"], { cwd: folder, env });
    const { output } = await run("pulumi", ["preview", "--stack", "sandbox", "--non-interactive"], {
      cwd: folder,
      env,
    });
    return output;
  }

  test("runs index.ts alone", async () => {
    const output = await previewed();
    expect(output).toMatch(/init-pod:index:InitPod web create/);
    expect(output).toMatch(/Pod\s+web create/);
    // Another line of it has what it says.
    expect(output.match(/init-pod:index:InitPod web create *$/gm)).toHaveLength(1);
  });

  test("would run an empty program without `main: index.ts` in Pulumi.yaml", async () => {
    const project = readFileSync(join(folder, "Pulumi.yaml"), "utf8");
    writeFileSync(join(folder, "Pulumi.yaml"), project.replace("main: index.ts\n", ""));
    expect(await previewed()).not.toContain("InitPod web");
  });
});
