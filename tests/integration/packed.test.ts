import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { images } from "./support/programs.ts";
import { mustRun, run } from "./support/run.ts";
import { kubectl, objects, repo } from "./support/stack.ts";

const namespace = "test-packed";

function installedVersion(name: string): string {
  const file = join(repo, "node_modules/@pulumi", name, "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

describe("the package as it is published", () => {
  const folder = mkdtempSync(join(tmpdir(), "init-pod-packed-"));
  const project = join(folder, "project");
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    CI: undefined,
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    XDG_STATE_HOME: join(folder, "state"),
  };
  const inProject = (command: string, args: string[]) => mustRun(command, args, { cwd: project, env });

  beforeAll(async () => {
    await mustRun("npm", ["pack", "--silent", "-w", "components", "--pack-destination", folder], { cwd: repo });
    const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
    mkdirSync(project);
    writeFileSync(join(project, "package.json"), `{ "private": true, "main": "index.js" }`);
    writeFileSync(join(project, "Pulumi.yaml"), "name: packed\nruntime: nodejs\nmain: index.js\n");
    // The versions whose plugins are there.
    const peers = ["pulumi", "kubernetes"].map((name) => `@pulumi/${name}@${installedVersion(name)}`);
    await inProject("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", join(folder, tarball), ...peers]);
    writeFileSync(
      join(project, "index.js"),
      `const { InitPod } = require("init-pod");
const web = new InitPod("web", {
  init: [{ image: "${images.curl}", download: { url: "http://weather.weather.svc/", to: "/usr/share/nginx/html/index.html" } }],
  container: { image: "${images.unprivileged}", port: 8080 },
  namespace: "${namespace}",
});
exports.url = web.url;
`,
    );
    await kubectl(["create", "namespace", namespace]);
    await inProject("pulumi", ["stack", "init", "test"]);
  });
  afterAll(async () => {
    await run("pulumi", ["destroy", "--yes", "--skip-preview"], { cwd: project, env });
    await run("npx", ["init-pod", "stop"], { cwd: project, env });
    await run("kubectl", ["delete", "namespace", namespace, "--wait=false"]);
    rmSync(folder, { recursive: true, force: true });
  });

  test("goes up in an empty folder, answers, shows in `npx init-pod status`, and is destroyed", async () => {
    await inProject("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive"]);
    const url = (await inProject("pulumi", ["stack", "output", "url"])).stdout.trim();
    expect(await (await fetch(url)).text()).toContain("temperature");
    expect((await inProject("npx", ["init-pod", "status", "--namespace", namespace])).stdout).toContain(url);
    await inProject("pulumi", ["destroy", "--yes", "--skip-preview", "--non-interactive"]);
    expect(await objects("pods", namespace)).toEqual([]);
  });

  test("without @pulumi/random generates nothing, and says what to install before anything is made", async () => {
    const file = join(project, "index.js");
    const program = readFileSync(file, "utf8");
    writeFileSync(file, program.replace("container: {", "generate: { password: {} }, container: {"));
    const { code, output } = await run("pulumi", ["preview", "--non-interactive"], { cwd: project, env });
    writeFileSync(file, program);
    expect(code).not.toBe(0);
    expect(output).toContain("generate: needs the package @pulumi/random: npm install @pulumi/random");
  });

  test("has a plugin for `pulumi package add`, which Pulumi's host for Node.js starts", async () => {
    const host = join(project, "node_modules/@pulumi/pulumi/cmd/run-plugin/index.js");
    const plugin = join(project, "node_modules/init-pod/plugin");
    // As the host does it. It is named as Pulumi names the executables of plugins.
    const executable = join(folder, "pulumi-resource-init-pod");
    writeFileSync(executable, `#!/bin/sh\nexec node "${host}" "${plugin}" "$@"\n`, { mode: 0o755 });
    const { stdout } = await inProject("pulumi", ["package", "get-schema", executable]);
    const { name, version } = JSON.parse(stdout) as Record<string, unknown>;
    const manifest = JSON.parse(readFileSync(join(repo, "components/package.json"), "utf8")) as { version: string };
    expect({ name, version }).toEqual({ name: "init-pod", version: manifest.version });
    expect(readFileSync(join(plugin, "PulumiPlugin.yaml"), "utf8")).toContain("runtime: nodejs");
  });

  test("has no tests, no sources and no sandbox in it", async () => {
    const { stdout } = await mustRun("npm", ["pack", "--dry-run", "--json", "--silent", "-w", "components"], {
      cwd: repo,
    });
    const paths = [...stdout.matchAll(/"path": "([^"]+)"/g)].map(([, path]) => path ?? "");
    expect(paths).toEqual(expect.arrayContaining(["bin/init-pod.js", "dist/index.js", "README.md"]));
    expect(paths.filter((path) => /(^|\/)(tests|sandbox|bench)\/|(?<!\.d)\.ts$/.test(path))).toEqual([]);
  });
});
