import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { moveToSandbox } from "./support/examples.ts";
import { images, installedVersion, weatherUrl } from "./support/programs.ts";
import { mustRun, run } from "./support/run.ts";
import { kubectl, repo } from "./support/stack.ts";

let packed: string;
const packs = mkdtempSync(join(tmpdir(), "init-pod-pack-"));

beforeAll(async () => {
  await mustRun("npm", ["pack", "--silent", "-w", "components", "--pack-destination", packs], { cwd: repo });
  packed = join(packs, readdirSync(packs).find((file) => file.endsWith(".tgz")) ?? "");
});
afterAll(() => rmSync(packs, { recursive: true, force: true }));

const page: Record<string, RegExp> = { weather: /temperature/, embed: /"item":"tea"/ };

describe.each(["weather", "embed"])("`pulumi new examples/%s`", (name) => {
  const folder = mkdtempSync(join(tmpdir(), "init-pod-new-"));
  const project = join(folder, `my-${name}`);
  const namespace = `test-new-${Math.random().toString(36).slice(2, 8)}`;
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    CI: undefined,
    PATH: `${join(folder, "bin")}:${process.env.PATH ?? ""}`,
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    XDG_STATE_HOME: join(folder, "state"),
  };
  // npm installs in it, and takes the time that the network takes.
  const pulumiIn = (cwd: string, ...args: string[]) =>
    mustRun("pulumi", ["--non-interactive", ...args], { cwd, env, timeoutSeconds: 300 });
  const pulumi = (...args: string[]) => pulumiIn(project, ...args);

  beforeAll(async () => {
    const { stdout } = await mustRun("sh", ["-c", "command -v npm"]);
    mkdirSync(join(folder, "bin"));
    // In the place of the version that is published with this one: the package as it is, and the versions whose plugins are there.
    const peers = ["pulumi", "kubernetes", "random"].map(
      (peer) => `@pulumi/${peer}@${installedVersion(`@pulumi/${peer}`)}`,
    );
    const npm = join(folder, "bin/npm");
    writeFileSync(npm, `#!/bin/sh\nexec "${stdout.trim()}" "$@" --ignore-scripts ${[packed, ...peers].join(" ")}\n`);
    chmodSync(npm, 0o755);
    await kubectl(["create", "namespace", namespace]);
  });
  afterAll(async () => {
    await run("pulumi", ["destroy", "--yes", "--skip-preview"], { cwd: project, env });
    await run(process.execPath, [join(repo, "components/dist/cli/main.js"), "stop"], { env });
    await run("kubectl", ["delete", "namespace", namespace, "--wait=false"]);
    rmSync(folder, { recursive: true, force: true });
  });

  test("makes a project that goes up, answers, and is destroyed", async () => {
    const places = { weather: { image: images.nginx, curlImage: images.curl, url: weatherUrl } }[name] ?? {};
    const settings = Object.entries({ "kubernetes:namespace": namespace, ...places });
    await pulumiIn(
      folder,
      ...[
        "new",
        join(repo, "examples", name),
        "--name",
        `my-${name}`,
        "--dir",
        `my-${name}`,
        "--yes",
        "--stack",
        "dev",
      ],
      ...settings.flatMap(([key, value]) => ["--config", `${key}=${value}`]),
    );
    expect((await pulumi("config", "--json")).stdout).toContain(namespace);
    moveToSandbox(project);
    await pulumi("up", "--yes", "--skip-preview");
    const url = (await pulumi("stack", "output", "url")).stdout.trim();
    expect(await (await fetch(url)).text()).toMatch(page[name] ?? /^$/);
    const { output } = await pulumi("destroy", "--yes", "--skip-preview");
    expect(output).toMatch(/\d+ deleted/);
  }, 600_000);
});
