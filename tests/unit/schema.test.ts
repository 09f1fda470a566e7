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
test("other languages get the documentation of every type, field, argument and output", { timeout: 60_000 }, () => {
  const manifest = JSON.parse(readFileSync(join(components, "package.json"), "utf8")) as Record<string, unknown>;
  const { components: found, typeDefinitions } = new Analyzer(
    components,
    "init-pod",
    manifest,
    new Set(["InitPod"]),
  ).analyze();
  const { description, inputs, outputs } = found.InitPod ?? {};
  const fields = { inputs: { description, properties: inputs }, outputs: { description, properties: outputs } };
  expect(undocumented(fields)).toEqual([]);
  expect(Object.keys(typeDefinitions)).toContain("InitStep");
  // The two are Kubernetes' own.
  expect(undocumented(typeDefinitions)).toEqual(["ResourceRequirements", "ResourceClaim"]);
});
