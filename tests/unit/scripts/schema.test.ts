import { expect, test } from "vitest";
import { completed } from "../../../scripts/schema/completed.ts";
import type { Analyzed, Properties, Schema } from "../../../scripts/schema/types.ts";

function completedWith(
  properties: Properties,
  description = "A step.",
  typeDefinitions: Analyzed["typeDefinitions"] = { Step: { name: "Step", description } },
): Schema {
  const token = "init-pod:index:InitPod";
  return completed({
    schema: {
      name: "init-pod",
      description: "Pods.",
      resources: { [token]: { inputProperties: properties, properties: {} } },
      types: { "init-pod:index:Step": { type: "object", properties: {} } },
    },
    typeDefinitions,
    manifest: { keywords: ["pulumi", "pod"], license: "Apache-2.0" },
  });
}

const inputs = (properties: Properties): Properties | undefined =>
  completedWith(properties).resources["init-pod:index:InitPod"]?.inputProperties;

test("a whole number is one in other languages, in lists and maps too", () => {
  const port = { type: "number" };
  expect(inputs({ port, retries: { type: "array", items: port }, status: { additionalProperties: port } })).toEqual({
    port: { type: "integer" },
    retries: { type: "array", items: { type: "integer" } },
    status: { additionalProperties: { type: "integer" } },
  });
});

test("a number of which nothing says whether it is whole is refused, with the place to say so", () => {
  expect(() => inputs({ ratio: { type: "number" } })).toThrow(
    'Is ratio a whole number, "integer", or any, "number"? Say so in scripts/schema/completed.ts.',
  );
});

test("a type bears its documentation, and one without is refused", () => {
  expect(completedWith({}).types["init-pod:index:Step"]).toMatchObject({ description: "A step." });
  expect(() => completedWith({}, "")).toThrow("The type Step has no documentation.");
  expect(() => completedWith({}, undefined, {})).toThrow("The type Step has no documentation.");
});

test("the schema says where the plugin is, and has no version, which the plugin adds", () => {
  expect(completedWith({})).toMatchObject({
    pluginDownloadURL: expect.stringMatching(/^github:\/\/api\.github\.com\/[^/]+\/[^/]+$/) as string,
    repository: expect.stringMatching(/^https:\/\/github\.com\/[^/]+\/[^/]+$/) as string,
    license: "Apache-2.0",
    keywords: ["pod", "category/cloud", "kind/component"],
  });
  expect(completedWith({})).not.toHaveProperty("version");
});
