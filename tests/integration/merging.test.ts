import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { manifest } from "../../components/spec/manifest/manifest.ts";
import { problemsOf } from "../../components/spec/validation/problemsOf.ts";
import { goodArgs } from "../fixtures/arguments/arbitrary.ts";
import { derived, type OpenApi } from "../fixtures/openapi/derive.ts";
import podFixture from "../fixtures/openapi/podSpec.json" with { type: "json" };
import serviceFixture from "../fixtures/openapi/serviceSpec.json" with { type: "json" };
import { rawArguments } from "../fixtures/rawFields/arbitrary.ts";
import { eventually } from "./support/machine.ts";
import { mustRun, run } from "./support/run.ts";

describe("raw Kubernetes fields over the defaults", () => {
  test("are merged by the keys that this API server names", async () => {
    const { stdout } = await mustRun("kubectl", ["get", "--raw", "/openapi/v2"]);
    const document = JSON.parse(stdout) as OpenApi;

    expect(podFixture).toEqual(derived(document, ["PodSpec"]));
    expect(serviceFixture).toEqual(derived(document, ["ServiceSpec"]).lists);
  });

  test("ask for nothing that a namespace's LimitRange refuses, where nothing was asked for", async () => {
    const namespace = `test-${Math.random().toString(36).slice(2, 8)}`;
    const limitRange = {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "narrow" },
      spec: {
        limits: [
          {
            type: "Container",
            min: { cpu: "50m", memory: "8Mi" },
            default: { cpu: "100m", memory: "12Mi" },
            defaultRequest: { cpu: "60m", memory: "10Mi" },
            maxLimitRequestRatio: { cpu: "2" },
          },
        ],
      },
    };
    const { podSpec: spec } = manifest({
      init: [{ run: { script: "true" } }, { download: { url: "http://example.com/", to: "/data/x" } }],
      container: { image: "app:1", port: 80 },
    });
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec };
    await mustRun("kubectl", ["create", "namespace", namespace]);
    try {
      await mustRun("kubectl", ["create", "-n", namespace, "-f", "-"], { input: JSON.stringify(limitRange) });
      // Without it no Pod is taken at all.
      const account = ["get", "serviceaccount", "default", "-n", namespace];
      expect(await eventually(async () => (await run("kubectl", account)).code === 0, 20)).toBe(true);
      const args = ["create", "-n", namespace, "--dry-run=server", "-f", "-"];
      const { output } = await run("kubectl", args, { input: JSON.stringify(pod) });
      expect(output.trim()).toBe("pod/web created (server dry run)");
    } finally {
      await run("kubectl", ["delete", "namespace", namespace, "--wait=false"]);
    }
  });

  test("make Pods that the API server takes, whatever is said in them", async () => {
    const items = drawn(rawArguments, 100).map(([name, args]) => ({
      ...{ apiVersion: "v1", kind: "Pod", metadata: { name } },
      spec: manifest(args).podSpec,
    }));

    const answers = await dryRun(items);

    // The sandbox, as some clusters, takes no privileged containers: all that it has against one.
    const notAllowed =
      /is invalid: \[?(spec\.\w+\[0\]\.securityContext\.privileged: Forbidden: disallowed by cluster policy(, )?)+\]?$/;
    expect(answers.filter((line) => !isTaken(line) && !notAllowed.test(line))).toEqual([]);
    expect(answers).toHaveLength(items.length);
  });
});

describe("arguments without a problem", () => {
  test("make a Pod and a Service that the API server takes", async () => {
    const items = drawn(goodArgs, 500).flatMap(([name, args]) => {
      expect(problemsOf(args)).toEqual([]);
      const { podSpec, serviceSpec } = manifest(args);
      const { labels, annotations } = args;
      const head = { apiVersion: "v1", metadata: { name, labels, annotations } };
      return [
        { ...head, kind: "Pod", spec: podSpec },
        ...(serviceSpec === undefined ? [] : [{ ...head, kind: "Service", spec: serviceSpec }]),
      ];
    });

    const answers = await dryRun(items);

    expect(answers.filter((line) => !isTaken(line))).toEqual([]);
    expect(answers).toHaveLength(items.length);
  });
});

/** Others each time, so that runs add up. Their names tell the seed. */
function drawn<T>(arbitrary: fc.Arbitrary<T>, numRuns: number): [name: string, value: T][] {
  const seed = Math.floor(Math.random() * 1e6);
  return fc.sample(arbitrary, { numRuns, seed }).map((value, at) => [`seed-${seed}-${at}`, value]);
}

/** What the API server says of each of these objects, without making any. */
async function dryRun(items: readonly object[]): Promise<string[]> {
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const { output } = await run("kubectl", ["create", "-n", "default", "--dry-run=server", "-f", "-"], { input });
  return output
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith("Warning: "));
}

function isTaken(answer: string): boolean {
  return answer.endsWith("created (server dry run)");
}
