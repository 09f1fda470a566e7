import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import type { Pod } from "../../../../components/cluster/pods/pod.ts";
import { keptSpec, ofService } from "../../../../components/stages/outlook/service.ts";

const spec = { type: "ClusterIP", ports: [{ name: "http", port: 80, targetPort: 8080 }] };
const newest: Pod = { metadata: { name: "web-1", namespace: "shop", uid: "1" } };

function resolved<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}

const last = { podUid: "1", clusterUrl: "http://web-1.shop.svc:80", serviceSpec: await resolved(keptSpec(spec)) };
const port81 = { ...spec, ports: [{ name: "http", port: 81, targetPort: 8080 }] };
const change = { path: "ports[http].port", how: "changed", from: "80", to: "81" };

test.each<[string, unknown, Parameters<typeof ofService>[1], object, unknown]>([
  ["none is wanted, nor was", undefined, undefined, {}, { kind: "same" }],
  ["none is wanted any more", undefined, undefined, last, { kind: "notAskedFor" }],
  ["none is made, as with --target of something else", spec, undefined, {}, { kind: "same" }],
  ["one is added", spec, { isMade: true }, { ...last, clusterUrl: "" }, { kind: "added", ports: "80" }],
  ["it is made anew", spec, { isMade: true }, last, { kind: "anew" }],
  ["it stays as it is", spec, { isMade: false, spec }, last, { kind: "same" }],
  ["a port changes", port81, { isMade: false, spec: port81 }, last, { kind: "inPlace", changes: [change] }],
  ["its answer is not known", port81, { isMade: false }, last, { kind: "inPlace", changes: [change] }],
  ["the engine keeps what it has", port81, { isMade: false, spec }, last, { kind: "same" }],
  [
    "the last `up` failed, so that what it was is not known",
    port81,
    { isMade: false, spec: port81 },
    { ...last, podUid: "0" },
    { kind: "same" },
  ],
  ["nothing was kept", port81, { isMade: false, spec: port81 }, { ...last, serviceSpec: undefined }, { kind: "same" }],
  [
    "a field is gone",
    { type: "ClusterIP" },
    { isMade: false, spec: { type: "ClusterIP" } },
    { ...last, serviceSpec: JSON.stringify({ type: '"ClusterIP"', sessionAffinity: '"None"' }) },
    { kind: "inPlace", changes: [{ path: "sessionAffinity", how: "gone" }] },
  ],
])("what becomes of a Service: %s", async (_, wanted, answer, outputs, expected) => {
  expect(await ofService({ spec: wanted, port: 80 }, answer, outputs, newest)).toEqual(expected);
});

test("what is secret of it is not kept", async () => {
  const secret = { ...spec, loadBalancerIP: pulumi.secret("10.9.8.7") };
  const kept = await resolved(keptSpec(secret));
  expect(kept).not.toContain("10.9.8.7");
  const answer = { isMade: false, spec: secret };
  expect(await ofService({ spec: secret, port: 80 }, answer, { ...last, serviceSpec: kept }, newest)).toEqual({
    kind: "same",
  });
});
