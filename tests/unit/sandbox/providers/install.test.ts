import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { installPlugins } from "../../../../sandbox/providers/install.ts";
import { sdkVersion } from "../../../../sandbox/providers/version.ts";

describe("installing plugins", () => {
  let folder: string;
  let pulumiHome: string;
  let pulumi: string;
  let calls: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "init-pod-plugins-"));
    pulumiHome = join(folder, "home");
    pulumi = join(folder, "pulumi");
    calls = join(folder, "calls");
    await writeFile(calls, "");
    await executable(pulumi, `echo "$@" >> '${calls}'; exit 1`);
    vi.stubEnv("INIT_POD_SANDBOX_PLUGINS", "");
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  async function executable(path: string, body: string) {
    await writeFile(path, `#!/bin/sh\n${body}\n`);
    await chmod(path, 0o755);
  }
  const place = () =>
    join(pulumiHome, "plugins", `resource-kubernetes-v${sdkVersion("kubernetes")}`, "pulumi-resource-kubernetes");
  const standIns = { kubernetes: "stand-in", random: "stand-in" };

  test("Pulumi is asked first, and after its failure not again that day", async () => {
    expect(await installPlugins({ pulumi, pulumiHome })).toEqual(standIns);
    expect(await installPlugins({ pulumi, pulumiHome })).toEqual(standIns);
    const asked = (await readFile(calls, "utf8")).trim().split("\n").sort();
    expect(asked).toEqual([
      `plugin install resource kubernetes ${sdkVersion("kubernetes")} --reinstall`,
      `plugin install resource random ${sdkVersion("random")} --reinstall`,
    ]);
  });

  test("a stand-in of another clone is replaced by this one's", async () => {
    await installPlugins({ pulumi, pulumiHome });
    const good = await readFile(place(), "utf8");
    await writeFile(place(), good.replaceAll("main.ts", "gone.ts"));
    await installPlugins({ pulumi, pulumiHome });
    expect(await readFile(place(), "utf8")).toBe(good);
  });

  test("plugins built by hand are linked in, and left again without the variable", async () => {
    await installPlugins({ pulumi, pulumiHome });
    const built = join(folder, "built");
    await mkdir(built);
    await executable(join(built, "pulumi-resource-kubernetes"), "echo by hand");
    vi.stubEnv("INIT_POD_SANDBOX_PLUGINS", built);
    expect(await installPlugins({ pulumi, pulumiHome })).toEqual({ ...standIns, kubernetes: "official" });
    expect(await readFile(place(), "utf8")).toContain("by hand");
    vi.stubEnv("INIT_POD_SANDBOX_PLUGINS", "");
    expect(await installPlugins({ pulumi, pulumiHome })).toEqual(standIns);
    expect(await readFile(place(), "utf8")).toContain("main.ts");
  });

  test("what Pulumi installs is taken, and nothing else is left behind", async () => {
    const install = `d='${pulumiHome}'/plugins/resource-$4-v$5; mkdir -p "$d"; echo official > "$d/pulumi-resource-$4"; chmod +x "$d/pulumi-resource-$4"`;
    // The arguments are: plugin install resource NAME VERSION --reinstall
    await executable(pulumi, install);
    expect(await installPlugins({ pulumi, pulumiHome })).toEqual({ kubernetes: "official", random: "official" });
    expect(await readdir(join(pulumiHome, "plugins"))).toHaveLength(2);
  });
});
