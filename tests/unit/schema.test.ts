import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer.js";
import { expect, test } from "vitest";
import { dist } from "./builtPackage";

const components = dirname(dist);

interface Documented {
  description?: string;
  properties?: Record<string, Documented>;
}

/** Names of those, and of their fields, that have no documentation. */
function undocumented(all: Record<string, Documented>): string[] {
  return Object.entries(all).flatMap(([name, { description, properties = {} }]) => [
    ...(description ? [] : [name]),
    ...undocumented(properties).map((field) => `${name}.${field}`),
  ]);
}

// As `pulumi package get-schema` does it. What the analyzer of components can't find, it leaves out without a word.
const analyzed = (() => {
  type Result = ReturnType<Analyzer["analyze"]>;
  let result: Result | undefined;
  return (): Result => {
    const manifest = JSON.parse(readFileSync(join(components, "package.json"), "utf8")) as Record<string, unknown>;
    return (result ??= new Analyzer(components, "init-pod", manifest, new Set(["InitPod"])).analyze());
  };
})();

test("other languages get the documentation of every type, field, argument and output", { timeout: 300_000 }, () => {
  const { components: found, typeDefinitions } = analyzed();
  const { description, inputs, outputs } = found.InitPod ?? {};
  const fields = { inputs: { description, properties: inputs }, outputs: { description, properties: outputs } };
  expect(undocumented(fields)).toEqual([]);
  expect(Object.keys(typeDefinitions)).toContain("InitStep");
  // The two are Kubernetes' own.
  expect(undocumented(typeDefinitions)).toEqual(["ResourceRequirements", "ResourceClaim"]);
});

// TypeScript users get types of their own for them.
test("other languages get a map where fields of Kubernetes stand", { timeout: 300_000 }, () => {
  const { components: found, typeDefinitions } = analyzed();
  const { AppContainer, InitStep, ServiceSettings } = typeDefinitions;
  for (const field of [
    found.InitPod?.inputs.podSpec,
    AppContainer?.properties?.container,
    InitStep?.properties?.container,
    ServiceSettings?.properties?.spec,
  ])
    expect(field).toMatchObject({ type: "object", additionalProperties: { $ref: "pulumi.json#/Any" }, optional: true });
});
