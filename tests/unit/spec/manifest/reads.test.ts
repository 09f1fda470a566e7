import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import { manifest } from "../../../../components/spec/manifest/manifest.ts";
import type { WaitFor } from "../../../../components/spec/steps/waitFor.ts";

const job = (name: string, namespace?: pulumi.Input<string>): WaitFor => ({ job: { name, namespace } });

function made(waits: WaitFor[], more: Partial<InitPodArgs> = {}): ReturnType<typeof manifest> {
  return manifest({ init: waits.map((waitFor) => ({ waitFor })), container: { image: "app:1" }, ...more });
}

const jobsRule = (...resourceNames: string[]): object => ({
  apiGroups: ["batch"],
  resources: ["jobs"],
  verbs: ["get"],
  resourceNames,
});

describe("an account for steps that read the cluster", () => {
  test("is made where one does, and the Pod runs as it", () => {
    expect(made([{ tcp: "db:1" }])).toMatchObject({ objects: [] });
    expect(made([{ tcp: "db:1" }]).podSpec).not.toHaveProperty("serviceAccountName");
    const { objects, podSpec } = made([job("migrate")]);
    expect(objects).toEqual([
      { kind: "ServiceAccount", suffix: "reads" },
      { kind: "Role", suffix: "reads", rules: [jobsRule("migrate")] },
    ]);
    expect(podSpec).toMatchObject({ serviceAccountName: "reads", automountServiceAccountToken: false });
  });

  test("may read, in each namespace, what is waited for there and no more", () => {
    const output = pulumi.output("other");
    const { objects } = made(
      [
        job("migrate"),
        job("seed", "shop"),
        job("migrate"),
        { service: { name: "db", namespace: "data" } },
        { service: { name: "cache", namespace: "data" } },
        { service: { name: "a", namespace: output } },
        job("b", output),
      ],
      { namespace: "shop" },
    );
    expect(objects.slice(1)).toMatchObject([
      { kind: "Role", suffix: "reads", rules: [jobsRule("migrate", "seed")] },
      {
        kind: "Role",
        suffix: "reads-data",
        namespace: "data",
        rules: [
          { apiGroups: [""], resources: ["services"], verbs: ["get"], resourceNames: ["db", "cache"] },
          { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list"] },
        ],
      },
      // Which namespace that is, nobody knows yet.
      { kind: "Role", suffix: "reads.3", rules: [{ resources: ["services"] }, { resources: ["endpointslices"] }] },
      { kind: "Role", suffix: "reads.4", rules: [{ resources: ["jobs"] }] },
    ]);
  });

  test.each([{ serviceAccountName: "mine" }, { serviceAccount: "mine" }, { serviceAccountName: null }])(
    "is not made where the Pod's user says %j, and the step has a token all the same",
    (podSpec) => {
      const { objects, podSpec: spec } = made([job("migrate")], { podSpec });
      expect(objects).toEqual([]);
      expect(JSON.stringify(spec)).toContain("serviceAccountToken");
      expect(JSON.stringify(spec)).not.toContain('"reads"');
    },
  );
});

test("a token is mounted by the step that reads, and by no other container", () => {
  const { podSpec } = manifest({
    init: [{ run: { script: "true" } }, { waitFor: job("migrate") }, { waitFor: { tcp: "db:1" } }],
    container: { image: "app:1" },
    podSpec: { containers: [{ name: "beside", image: "b" }] },
  });
  const {
    initContainers = [],
    containers,
    volumes = [],
  } = podSpec as {
    initContainers?: { name: string; volumeMounts?: { name: string }[] }[];
    containers: { name: string; volumeMounts?: { name: string }[] }[];
    volumes?: { name: string; projected?: object }[];
  };
  const [token, ...more] = volumes.filter(({ projected }) => projected !== undefined);
  expect(more).toEqual([]);
  expect(token?.name).toBe("wait-for-account");
  const mounting = [...initContainers, ...containers].filter(({ volumeMounts = [] }) =>
    volumeMounts.some(({ name }) => name === token?.name),
  );
  expect(mounting.map(({ name }) => name)).toEqual(["wait-for"]);
});
