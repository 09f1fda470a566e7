import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { baselineFields, serverFields, unknownFields } from "../../../../components/spec/knownFields";
import { manifest } from "../../../../components/spec/manifest";
import { goodArgs } from "../../../fixtures/arguments/arbitrary.ts";
import { coreV1 } from "../../../fixtures/openapi/coreV1.ts";

const inPod = (spec: unknown): unknown => unknownFields(spec, "PodSpec", baselineFields);

describe("a field that not every Kubernetes has is found", () => {
  test.each<[object, string, string | undefined]>([
    [{ nodeSelectr: { zone: "a" } }, "nodeSelectr", "nodeSelector"],
    [{ containers: [{ name: "a" }, { imgae: "b" }] }, "containers[1].imgae", "image"],
    [{ initContainers: [{ livenessProbe: { htpGet: {} } }] }, "initContainers[0].livenessProbe.htpGet", "httpGet"],
    [{ volumes: [{ projected: { sources: [{ secrets: {} }] } }] }, "volumes[0].projected.sources[0].secrets", "secret"],
    [
      { volumes: [{ ephemeral: { volumeClaimTemplate: { spec: { storageClass: "a" } } } }] },
      "volumes[0].ephemeral.volumeClaimTemplate.spec.storageClass",
      "storageClassName",
    ],
    // Where it is a field of another object.
    [{ containers: [{ runAsUser: 1000 }] }, "containers[0].runAsUser", undefined],
    [{ constructor: {} }, "constructor", undefined],
  ])("%j", (spec, path, meant) => {
    expect(inPod(spec)).toEqual([{ path, meant }]);
  });

  test("also in a Service", () => {
    const spec = { ports: [{ prot: 80 }], sesionAffinity: "None" };
    expect(unknownFields(spec, "ServiceSpec", baselineFields)).toEqual([
      { path: "ports[0].prot", meant: "port" },
      { path: "sesionAffinity", meant: "sessionAffinity" },
    ]);
  });
});

describe("nothing is found", () => {
  test.each<[string, unknown]>([
    ["in what users name themselves", { nodeSelector: { nodeSelectr: "a" }, overhead: { bananas: "1" } }],
    [
      "in quantities, ports and labels",
      {
        containers: [{ resources: { limits: { cpu: 1 } }, livenessProbe: { httpGet: { port: "web" } } }],
        affinity: { podAffinity: { x: undefined } },
        topologySpreadConstraints: [{ labelSelector: { matchLabels: { anything: "a" } } }],
      },
    ],
    ["where there is no value", { nodeSelectr: null, other: undefined }],
    ["in what is no object", { containers: "none", volumes: [null, 1], affinity: Symbol("unknown") }],
  ])("%s", (_what, spec) => {
    expect(inPod(spec)).toEqual([]);
  });

  test("in what InitPod makes of arguments without raw fields", () => {
    fc.assert(
      fc.property(goodArgs, (args) => {
        const { podSpec, serviceSpec } = manifest(args);
        const { volumes = [], ...rest } = JSON.parse(JSON.stringify(podSpec)) as { volumes?: { image?: unknown }[] };
        // An image as a volume, which a step asks for only where it is told to, is not in every Kubernetes.
        expect(inPod({ ...rest, volumes: volumes.filter(({ image }) => image === undefined) })).toEqual([]);
        expect(unknownFields(serviceSpec, "ServiceSpec", baselineFields)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

describe("by a cluster's own document", () => {
  test.each<[object, string[]]>([
    [{ newer: { inner: 1 }, nodeSelector: { a: "b" } }, []],
    [{ newer: { iner: 1 }, nodeSelectr: {} }, ["newer.iner", "nodeSelectr"]],
    [{ containers: [{ livenessProbe: { htpGet: {}, exec: { commnd: [] } } }] }, ["containers[0].livenessProbe.htpGet"]],
    // Older than the field.
    [{ tolerations: [] }, ["tolerations"]],
  ])("%j", (spec, paths) => {
    expect(unknownFields(spec, "PodSpec", serverFields(coreV1)).map(({ path }) => path)).toEqual(paths);
  });

  test.each([{}, { components: {} }, { components: { schemas: {} } }])("%j says nothing", (document) => {
    expect(unknownFields({ nodeSelectr: {} }, "PodSpec", serverFields(document))).toEqual([]);
  });
});
