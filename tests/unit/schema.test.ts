import { expect, test } from "vitest";
import accepted from "../../components/plugin/schema.json";
import { analyzed } from "../../scripts/schema/analyzed.ts";
import { completed } from "../../scripts/schema/completed.ts";
import type { Schema } from "../../scripts/schema/types.ts";

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

// What the analyzer of components can't find, it leaves out without a word.
const made = (() => {
  let result: Schema | undefined;
  return (): Schema => (result ??= completed(analyzed()));
})();

test("the schema for other languages is the one that was accepted", { timeout: 300_000 }, () => {
  // Accept a change that is meant: npm run schema -- --accept
  expect(made()).toEqual(accepted);
});

test("other languages get the documentation of every type, field, argument and output", { timeout: 300_000 }, () => {
  const { resources, types } = made();
  const { description, inputProperties, properties } = resources["init-pod:index:InitPod"] ?? {};
  const inputs = { description, properties: inputProperties };
  expect(undocumented({ inputs, outputs: { description, properties } })).toEqual([]);
  expect(Object.keys(types)).toContain("init-pod:index:InitStep");
  expect(undocumented(types)).toEqual([]);
});

// TypeScript users get types of their own for them.
test("other languages get a map where fields of Kubernetes stand", { timeout: 300_000 }, () => {
  const { resources, types } = made();
  const { AppContainer, InitStep, ServiceSettings } = Object.fromEntries(
    Object.entries(types).map(([token, type]) => [token.replace("init-pod:index:", ""), type]),
  );
  for (const field of [
    resources["init-pod:index:InitPod"]?.inputProperties?.podSpec,
    AppContainer?.properties?.container,
    InitStep?.properties?.container,
    ServiceSettings?.properties?.spec,
  ])
    expect(field).toMatchObject({ type: "object", additionalProperties: { $ref: "pulumi.json#/Any" }, optional: true });
});
