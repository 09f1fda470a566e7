import { globSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { atLeast, checkPreconditions, goMinimum, parseVersion } from "../../../sandbox/preconditions.ts";
import { kubernetesVersion, oldestPulumi, pulumiVersion } from "../../../sandbox/versions.ts";
import { readRepo, repo } from "./sentences";

interface Manifest {
  version: string;
  license: string;
  engines: { node: string };
  peerDependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
}

const readme = readRepo("README.md");
const root = JSON.parse(readRepo("package.json")) as Manifest;
const published = JSON.parse(readRepo("components/package.json")) as Manifest;
const project = readRepo("Pulumi.yaml");

/** What README says in the place of the parentheses. */
function said(pattern: RegExp): string[] {
  return [...(pattern.exec(readme) ?? [])].slice(1);
}

test("README asks for the versions that the package asks for, and installs what it needs beside it", () => {
  const [node, pulumi, peers = ""] = said(/needs Node\.js ≥ (\S+), Pulumi ≥ (\S+), and `npm install init-pod (.*)`/);
  expect(published.engines.node).toBe(`>=${node}`);
  expect(published.peerDependencies["@pulumi/pulumi"]).toBe(`^${pulumi}.0`);
  expect(project).toContain(`requiredPulumiVersion: ">=${pulumi}.0"`);
  expect(oldestPulumi.join(".")).toBe(`${pulumi}.0`);
  const isNeeded = (name: string): boolean => published.peerDependenciesMeta[name]?.optional !== true;
  expect(peers.split(" ").sort()).toEqual(Object.keys(published.peerDependencies).filter(isNeeded).sort());
});

test.each(["README.md", "CONTRIBUTING.md"])("%s asks a machine for the versions that this repo asks for", (page) => {
  const [, node, go] = /Node\.js ≥ (\S+) and Go ≥ (\S+) \(/.exec(readRepo(page)) ?? [];
  expect(root.engines.node).toBe(`>=${node}`);
  expect(goMinimum.join(".")).toBe(go);
  const modules = globSync("sandbox/*/go.mod", { cwd: repo });
  expect(modules.length).toBeGreaterThan(4);
  for (const module of modules) {
    const [, asked = ""] = /^go (.*)$/m.exec(readRepo(module)) ?? [];
    expect(atLeast(goMinimum, parseVersion(asked) ?? [Infinity, 0, 0]), module).toBe(true);
  }
});

test("a machine that can't have the sandbox is told all that is missing, with how to get it", async () => {
  const user = vi.spyOn(process, "getuid").mockReturnValue(1000);
  vi.stubEnv("PATH", "/nowhere");
  const platform = vi.spyOn(process, "platform", "get").mockReturnValue("darwin");
  try {
    const error = await checkPreconditions(false).catch((reason: unknown) => String(reason));
    expect(error).toMatch(/Linux \(this is darwin\): use a Linux machine or VM, or --context NAME/);
    expect(error).toMatch(/root \(.*\): run it as root or by sudo/);
  } finally {
    user.mockRestore();
    platform.mockRestore();
    vi.unstubAllEnvs();
  }
});

test("README names the engine and the cluster that the sandbox builds", () => {
  const [pulumi, kubernetes] = said(
    /real engine \(Pulumi (\S+)\)\s+and a\s+real one-node cluster \(Kubernetes (\S+) with/,
  );
  expect(pulumiVersion).toMatch(new RegExp(`^v${pulumi}\\.\\d+$`));
  expect(kubernetesVersion).toMatch(new RegExp(`^v${kubernetes}\\.\\d+$`));
});

test("each setting of the stack program has a default, and each stack sets what the program reads", () => {
  const program = readRepo("index.ts");
  const needed = [...program.matchAll(/config\.require\w*\("(\w+)"\)/g)].map(([, name = ""]) => name);
  const others = [...program.matchAll(/config\.get\w*(?:<\w+>)?\("(\w+)"\)/g)].map(([, name = ""]) => name);
  const settings = [...project.matchAll(/^ {2}(\w+):\n((?: {4}.+\n)+)/gm)];
  expect(settings.map(([, name]) => name).sort()).toEqual(needed.sort());
  for (const [, , body] of settings) expect(body).toMatch(/^ {4}default: \S/m);
  const stacks = globSync("Pulumi.*.yaml", { cwd: repo });
  expect(stacks.sort()).toEqual(["Pulumi.dev.yaml", "Pulumi.sandbox.yaml"]);
  for (const stack of stacks) {
    const names = [...readRepo(stack).matchAll(/^ {2}init-pod-tutorial:(\w+): /gm)].map(([, name]) => name);
    expect(names.length, stack).toBeGreaterThan(0);
    expect([...needed, ...others], stack).toEqual(expect.arrayContaining(names));
  }
});

test("the examples in other languages install this version of the plugin, from where the schema says that it is", () => {
  const { pluginDownloadURL } = JSON.parse(readRepo("components/plugin/schema.json")) as { pluginDownloadURL: string };
  for (const page of globSync("examples/{python,go,yaml}/README.md", { cwd: repo })) {
    const install = `pulumi plugin install resource init-pod ${published.version} --server ${pluginDownloadURL}\n`;
    expect(readRepo(page)).toContain(install);
  }
});

test("each example asks for the Pulumi that the package asks for, and those in other languages for an SDK that is tested", () => {
  const asked = /^requiredPulumiVersion: .*$/m;
  const examples = globSync("examples/**/Pulumi.yaml", { cwd: repo, exclude: ["**/node_modules/**"] });
  expect(examples.length).toBeGreaterThan(6);
  for (const example of examples) expect(asked.exec(readRepo(example))?.[0], example).toBe(asked.exec(project)?.[0]);
  const sdkOf = (path: string): unknown => /github\.com\/pulumi\/pulumi\/sdk\/v3 (v\S+)/.exec(readRepo(path))?.[1];
  expect(sdkOf("examples/go/go.mod")).toBe(sdkOf("tests/fixtures/languages/go/go.mod"));
  const [, oldest = "none"] = /^pulumi>=([\d.]+),<4\.0\.0$/m.exec(readRepo("examples/python/requirements.txt")) ?? [];
  const [, tested = ""] =
    /"pulumi==([\d.]+)"/.exec(readRepo("tests/integration/support/languages/toolchains.ts")) ?? [];
  expect(oldest.localeCompare(tested, "en", { numeric: true }), `${oldest} to ${tested}`).toBe(-1);
});

test("each example in TypeScript asks for this version of the package or for the next one, and for the same peers", () => {
  const manifests = globSync("examples/**/package.json", { cwd: repo, exclude: ["**/node_modules/**"] });
  const numbersOf = (version = ""): number[] => version.replace("^", "").split(".").map(Number);
  const [major = 0, minor = 0] = numbersOf(published.version);
  expect(manifests.length).toBeGreaterThan(5);
  for (const manifest of manifests) {
    const { dependencies } = JSON.parse(readRepo(manifest)) as { dependencies: Record<string, string> };
    const [ownMajor, ownMinor] = numbersOf(dependencies["init-pod"]);
    expect([minor, minor + 1], manifest).toContain(ownMinor);
    expect(ownMajor, manifest).toBe(major);
    for (const [name, range] of Object.entries(dependencies).filter(([name]) => name.startsWith("@pulumi/"))) {
      expect(published.devDependencies[name], `${manifest}: ${name}`).toBe(range);
    }
  }
});

describe("the example of environments", () => {
  const folder = "examples/environments";
  const settingsOf = (stack: string): Record<string, string> =>
    Object.fromEntries(
      [...readRepo(`${folder}/Pulumi.${stack}.yaml`).matchAll(/^ {2}\w+:(\w+): (.*)$/gm)].map(
        ([, name = "", value = ""]) => [name, value],
      ),
    );

  test("pins cluster and namespace of each stack, and has none of the secrets", () => {
    for (const stack of ["dev", "staging", "prod"]) {
      expect(Object.keys(settingsOf(stack))).toEqual(expect.arrayContaining(["context", "namespace"]));
      expect(readRepo(`${folder}/Pulumi.${stack}.yaml`)).not.toMatch(/secure:|authorization/);
    }
  });

  test("names images of production by digest, forwards nothing there and waits longer than by default", () => {
    const { image, curlImage, forwardMode, timeoutSeconds } = settingsOf("prod");
    for (const one of [image, curlImage]) expect(one).toMatch(/:\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$/);
    expect(forwardMode).toBe("never");
    expect(Number(timeoutSeconds)).toBeGreaterThan(600);
  });

  test("leaves the ids to OpenShift in staging, and takes images from a mirror there", () => {
    const { image, imageRegistry = "", security } = settingsOf("staging");
    expect(security).toBe("restricted-no-ids");
    expect(image?.startsWith(`${imageRegistry}/`)).toBe(true);
  });
});

test("the licence that README names is the package's", () => {
  const [licence] = said(/^(\S+)\. Changes are in/m);
  expect([root.license, published.license]).toEqual([licence, licence]);
  expect(readRepo("LICENSE")).toContain("Apache License");
});
