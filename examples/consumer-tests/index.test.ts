import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { core } from "@pulumi/kubernetes/types/output";
import * as pulumi from "@pulumi/pulumi";

/** The inputs of all resources that the program makes, by type. */
const made = new Map<string, object>();

before(async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      made.set(type, inputs as object);
      return { id: `${name}-id`, state: inputs as object };
    },
    call: () => ({}),
  });
  const { web } = await import("./index.ts");
  // Once this output is known, all that the InitPod makes has been made.
  await new Promise((resolve) => web.podName.apply(resolve));
});

test("the download waits for the database", () => {
  const { spec } = made.get("kubernetes:core/v1:Pod") as core.v1.Pod;
  const names = spec.initContainers.map(({ name }) => name);
  assert.deepEqual(names, ["wait-for", "download"]);
});

test("the Pod has its team's label, and a Service its port", () => {
  const { metadata } = made.get("kubernetes:core/v1:Pod") as core.v1.Pod;
  const { spec } = made.get("kubernetes:core/v1:Service") as core.v1.Service;
  assert.equal(metadata.labels.team, "shop");
  assert.equal(spec.ports[0]?.port, 8080);
});
