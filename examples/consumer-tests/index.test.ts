import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";

const made: pulumi.runtime.MockResourceArgs[] = [];
const inputsOf = (type: string) => made.find((one) => one.type === type)?.inputs;

before(async () => {
  await pulumi.runtime.setMocks({
    call: ({ inputs }) => inputs,
    newResource: (resource) => {
      made.push(resource);
      return { id: `${resource.name}-id`, state: resource.inputs };
    },
  });
  const { web } = await import("./index.ts");
  // Once an output is known, all that the InitPod makes has been made.
  await new Promise((resolve) => web.podName.apply(resolve));
});

test("waits for the database before it downloads", () => {
  const { initContainers } = inputsOf("kubernetes:core/v1:Pod").spec;
  assert.deepEqual(
    initContainers.map(({ name }: { name: string }) => name),
    ["wait-for", "download"],
  );
});

test("is found by its team, and has a Service", () => {
  assert.equal(inputsOf("kubernetes:core/v1:Pod").metadata.labels.team, "shop");
  assert.equal(inputsOf("kubernetes:core/v1:Service").spec.ports[0].port, 8080);
});
