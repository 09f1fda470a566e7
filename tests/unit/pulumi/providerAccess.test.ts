import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { expect, onTestFinished, test, vi } from "vitest";
import { accessOf, choosesCluster } from "../../../components/pulumi/providerAccess.ts";

await pulumi.runtime.setMocks(
  { newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }), call: () => ({}) },
  "test",
  "test",
  true,
);

/** What a preview knows of the cluster of a provider; nothing where it knows it not. */
async function known(args: k8s.ProviderArgs): Promise<unknown> {
  const provider = new k8s.Provider(`p-${Math.random()}`, args);
  const access = await accessOf(new pulumi.ComponentResource("a:b:C", `c-${Math.random()}`, {}, { provider }));
  return pulumi.isUnknown(access) ? undefined : access;
}

test("a preview knows the cluster of a provider that leaves most to its kubeconfig", async () => {
  expect(await known({ kubeconfig: "{}" })).toEqual({ kubeconfig: "{}" });
  expect(await known({ kubeconfig: "{}", context: "c", namespace: pulumi.output("n") })).toEqual({
    kubeconfig: "{}",
    context: "c",
    namespace: "n",
  });
});

test("but not of one whose cluster is yet to be made", async () => {
  const unknown = pulumi.output(pulumi.unknown as unknown as string);
  expect(await known({ kubeconfig: unknown })).toBeUndefined();
  expect(await known({ kubeconfig: "{}", context: unknown })).toBeUndefined();
});

test("a kubeconfig given as a path may begin with the home folder", async () => {
  const home = mkdtempSync(join(tmpdir(), "init-pod-home-"));
  vi.stubEnv("HOME", home);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true });
  });
  writeFileSync(join(home, "config"), "{}");
  expect(await known({ kubeconfig: "~/config" })).toEqual({ kubeconfigPath: join(home, "config") });
  expect(await known({ kubeconfig: "~/missing" })).toEqual({ kubeconfig: "~/missing" });
});

test("a kubeconfig given as an object is taken as its text", async () => {
  const config = { "current-context": "c", users: [{ name: "u", user: { token: "t", "as-groups": ["g"] } }] };
  for (const form of [pulumi.output(config), pulumi.secret(config)]) {
    const access = await known({ kubeconfig: form as unknown as pulumi.Output<string> });
    expect(JSON.parse((access as { kubeconfig: string }).kubeconfig)).toEqual(config);
  }
});

/** Whether a provider with these arguments, or with none the stack's configuration, says which cluster it is. */
async function chooses(args?: k8s.ProviderArgs): Promise<boolean> {
  const provider = args && new k8s.Provider(`p-${Math.random()}`, args);
  const component = new pulumi.ComponentResource("a:b:C", `c-${Math.random()}`, {}, { provider });
  return await choosesCluster(component);
}

test("who names kubeconfig, context or cluster chooses the cluster, be it a provider or the stack's configuration", async () => {
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await chooses()).toBe(false);
  // The SDK hands on what the environment says.
  for (const ofEnvironment of ["", "dev"]) {
    vi.stubEnv("KUBECONFIG", ofEnvironment);
    expect(await chooses({ namespace: "shop" }), ofEnvironment).toBe(false);
  }
  expect(await chooses({ kubeconfig: "prod" })).toBe(true);
  for (const key of ["kubeconfig", "context", "cluster"]) {
    vi.stubEnv("KUBECONFIG", "");
    expect(await chooses({ [key]: "dev" }), key).toBe(true);
    // In the configuration it is said, whatever the environment says.
    vi.stubEnv("KUBECONFIG", "dev");
    pulumi.runtime.setAllConfig({ [`kubernetes:${key}`]: "dev" });
    onTestFinished(() => pulumi.runtime.setAllConfig({}));
    expect(await chooses(), key).toBe(true);
    pulumi.runtime.setAllConfig({});
  }
});
