import { describe, expect, test } from "vitest";
import { podSchema, type Schema, serviceSchema } from "../../../../components/spec/merging/schema.ts";
import pod from "../../../fixtures/openapi/podSpec.json" with { type: "json" };
import service from "../../../fixtures/openapi/serviceSpec.json" with { type: "json" };

// What an API server of Kubernetes 1.37 says of itself; an integration test holds it against the sandbox's.

function keysIn({ lists }: Schema, field: string): string[] | undefined {
  return Object.hasOwn(lists, field) ? Object.keys(lists[field] ?? {}) : undefined;
}

describe("lists are merged by the keys that the API has", () => {
  test.each(Object.entries(pod.lists))("of a Pod: %s", (path, keys) => {
    expect(keysIn(podSchema, path.replace(/^.*\./, ""))).toEqual(Array.isArray(keys) ? keys : undefined);
  });

  test.each(Object.entries(service))("of a Service: %s", (path, keys) => {
    expect(keysIn(serviceSchema, path.replace(/^.*\./, ""))).toEqual(Array.isArray(keys) ? keys : undefined);
  });

  test("and no list is in the table that the API has not", () => {
    const known = Object.keys(pod.lists).map((path) => path.replace(/^.*\./, ""));

    expect(known).toEqual(expect.arrayContaining(Object.keys(podSchema.lists)));
  });
});

describe("fields exclude each other as in the API's types", () => {
  const { EnvVarSource, LifecycleHandler, PodResourceClaim, Probe, Volume } = pod.fields;
  const timing = /Seconds$|Threshold$/;
  const rows: [string, string[], string[]][] = [
    ["valueFrom", EnvVarSource, EnvVarSource],
    ["postStart", LifecycleHandler, LifecycleHandler],
    ["preStop", LifecycleHandler, LifecycleHandler],
    ["resourceClaims", PodResourceClaim, PodResourceClaim.filter((name) => name !== "name")],
    ...["livenessProbe", "readinessProbe", "startupProbe"].map((probe): [string, string[], string[]] => [
      probe,
      Probe,
      Probe.filter((name) => !timing.test(name)),
    ]),
    ["volumes", Volume, Volume.filter((name) => name !== "name")],
  ];

  test.each(rows)("%s", (field, all, exclusive) => {
    const oneOf = podSchema.exclusive[field] ?? { of: [] };
    const members = all.filter((name) => ("of" in oneOf ? oneOf.of.includes(name) : !oneOf.allBut.includes(name)));

    expect(exclusive.length).toBeGreaterThan(1);
    expect(members.sort()).toEqual([...exclusive].sort());
  });
});
