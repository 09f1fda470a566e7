import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blocksOf } from "../unit/claims/blocks.ts";
import { withPlaces } from "./support/documented.ts";
import { images, installedVersion, weatherUrl } from "./support/programs.ts";
import { mustRun, run } from "./support/run.ts";
import { kubectl, objects, repo } from "./support/stack.ts";

const namespace = "test-packed";

/** What README begins with, for the sandbox. */
const [whole = ""] = blocksOf("README.md", "ts");
const esm = withPlaces(whole, [
  ["{ download: {", `{ image: "${images.curl}", download: {`],
  ["https://example.com/", weatherUrl],
  ["nginxinc/nginx-unprivileged:1.29", images.unprivileged],
  ["service: {},", `service: {}, namespace: "${namespace}",`],
]);
const commonJs = withPlaces(esm, [
  [`import { InitPod } from "init-pod";`, `const { InitPod } = require("init-pod");`],
  ["export const url =", "exports.url ="],
  ["export const initLogs =", "exports.initLogs ="],
]);

/** As the template of Pulumi for Kubernetes in TypeScript has it. */
const tsconfig = JSON.stringify({
  compilerOptions: {
    strict: true,
    target: "es2020",
    module: "commonjs",
    moduleResolution: "node10",
    ignoreDeprecations: "6.0",
    skipLibCheck: true,
  },
  files: ["index.ts"],
});

/** The files of a project that a newcomer may have. */
const flavours: Record<string, Record<string, string>> = {
  "in CommonJS": { "package.json": "{}", "index.js": commonJs },
  "in ESM": { "package.json": `{ "type": "module" }`, "index.js": esm },
  "in TypeScript": { "package.json": "{}", "index.ts": esm, "tsconfig.json": tsconfig },
};

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
  /** Puts the files of a flavour in the place of another's; what was installed stays. */
  const write = (files: Record<string, string> = {}): void => {
    for (const name of ["index.js", "index.ts", "tsconfig.json"]) rmSync(join(project, name), { force: true });
    const manifest = join(project, "package.json");
    const installed = existsSync(manifest)
      ? (JSON.parse(readFileSync(manifest, "utf8")) as { dependencies?: object })
      : {};
    for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
    const own = JSON.parse(readFileSync(manifest, "utf8")) as object;
    writeFileSync(manifest, JSON.stringify({ private: true, dependencies: installed.dependencies, ...own }));
    writeFileSync(join(project, "Pulumi.yaml"), "name: packed\nruntime: nodejs\n");
  };
  const inProject = (command: string, args: string[]) => mustRun(command, args, { cwd: project, env });

  beforeAll(async () => {
    await mustRun("npm", ["pack", "--silent", "-w", "components", "--pack-destination", folder], { cwd: repo });
    const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
    mkdirSync(project);
    write(flavours["in CommonJS"]);
    const compiler = ["typescript", "@types/node"].map((name) => `${name}@${installedVersion(name)}`);
    // The versions whose plugins are there.
    const peers = ["pulumi", "kubernetes"].map((name) => `@pulumi/${name}@${installedVersion(`@pulumi/${name}`)}`);
    await inProject("npm", [
      "install",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      join(folder, tarball),
      ...peers,
      ...compiler,
    ]);
    await kubectl(["create", "namespace", namespace]);
    await inProject("pulumi", ["stack", "init", "test"]);
  });
  afterAll(async () => {
    await run("pulumi", ["destroy", "--yes", "--skip-preview"], { cwd: project, env });
    await run("npx", ["init-pod", "stop"], { cwd: project, env });
    await run("kubectl", ["delete", "namespace", namespace, "--wait=false"]);
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(Object.keys(flavours))(
    "goes up in an empty folder %s with README's lines, answers, shows in `npx init-pod status` and `logs`, and is destroyed",
    async (name) => {
      write(flavours[name]);
      await inProject("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive"]);
      const { stdout } = await inProject("pulumi", ["stack", "output", "--json"]);
      const { url, initLogs } = JSON.parse(stdout) as { url: string; initLogs: object[] };
      expect(initLogs).toMatchObject([{ container: "download", exitCode: 0 }]);
      expect(await (await fetch(url)).text()).toContain("temperature");
      expect((await inProject("npx", ["init-pod", "status", "--namespace", namespace])).stdout).toContain(url);
      const logs = await inProject("npx", ["init-pod", "logs", "web", "--namespace", namespace]);
      expect(logs.stdout).toMatch(/── download, attempt 1: ended with exit code 0/);
      await inProject("pulumi", ["destroy", "--yes", "--skip-preview", "--non-interactive"]);
      expect(await objects("pods", namespace)).toEqual([]);
    },
  );

  test("without @pulumi/random generates nothing, and says what to install before anything is made", async () => {
    write(flavours["in CommonJS"]);
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
