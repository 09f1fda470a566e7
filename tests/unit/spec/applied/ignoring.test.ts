import { describe, expect, test } from "vitest";
import { ignoring } from "../../../../components/spec/applied/ignoring.ts";
import { unknownLeaf } from "../../../../components/spec/applied/leaves.ts";

const { containers, ...others } = {
  containers: [
    { name: "app", image: "a" },
    { name: "more", image: "b" },
  ],
  hostname: "web",
};
const [app, more] = containers;
const labels = { "a.b": "1", c: "2" };
const inputs = { metadata: { labels }, spec: { containers, ...others } };

describe("of what a Pod is made of, it counts as not known", () => {
  test.each<[string, string[], unknown]>([
    ["a field", ["spec.hostname"], { ...inputs, spec: { containers, hostname: unknownLeaf } }],
    ["a field that is gone", ["spec.os"], { ...inputs, spec: { containers, ...others, os: unknownLeaf } }],
    [
      "a key with a dot",
      ['metadata.labels["a.b"]'],
      { ...inputs, metadata: { labels: { c: "2", "a.b": unknownLeaf } } },
    ],
    [
      "a field of an item",
      ["spec.containers[0].image"],
      { ...inputs, spec: { ...others, containers: [{ name: "app", image: unknownLeaf }, more] } },
    ],
    [
      "a field of each item",
      ["spec.containers[*].image"],
      { ...inputs, spec: { ...others, containers: [app, more].map((one) => ({ ...one, image: unknownLeaf })) } },
    ],
    ["an item", ["spec.containers[1]"], { ...inputs, spec: { ...others, containers: [app, unknownLeaf] } }],
    ["the whole", ["spec", "metadata"], { spec: unknownLeaf, metadata: unknownLeaf }],
    ["nothing, where nothing is there", ["spec.hostname.x", "spec.containers[9].image"], inputs],
  ])("%s", (_what, paths, expected) => {
    const before = structuredClone(inputs);
    expect(ignoring(inputs, paths)).toEqual(expected);
    expect(inputs).toEqual(before);
  });
});
