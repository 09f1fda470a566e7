import { describe, expect, test } from "vitest";
import { leavesOf } from "../../../../components/spec/manifest/leaves.ts";
import { type WaitFor, waitFor } from "../../../../components/spec/steps/waitFor.ts";
import { inStep } from "../problems.ts";

const leaves = leavesOf({ container: { image: "app" } }, (text) => new Error(text));
const job = { job: { name: "migrate" } };
const pod = { pod: { name: "db-0" } };
const service = { service: { name: "db" } };

describe("the arguments of a wait for an object", () => {
  test.each([
    [{ job: {} }, "init[0].waitFor.job.name"],
    [{ job: { name: "a/b" } }, "init[0].waitFor.job.name"],
    [{ job: { name: "" } }, "init[0].waitFor.job.name"],
    [{ pod: { name: "UP" } }, "init[0].waitFor.pod.name"],
    [{ service: { name: "db.shop" } }, "init[0].waitFor.service.name"],
    [{ service: { name: "db", namespace: "../kube-system" } }, "init[0].waitFor.service.namespace"],
    [{ job: { name: "a", selector: {} } }, "init[0].waitFor.job.selector"],
    [{ job: { name: "a" }, pod: { name: "a" } }, "init[0].waitFor"],
    [{ tcp: "db:1", service: { name: "a" } }, "init[0].waitFor"],
  ])("%j are refused by their field", (value, field) => {
    expect(inStep({ waitFor: value })).toEqual([field]);
  });

  test.each([job, pod, service, { job: { name: "a.b", namespace: "data" } }])("%j are fine", (value) => {
    expect(inStep({ waitFor: value })).toEqual([]);
  });

  test("come to the rights that it takes, and no other", () => {
    const reads = (value: WaitFor): unknown => waitFor(value).reads?.("w", leaves);
    expect(reads({ tcp: "db:1" })).toBeUndefined();
    expect(reads(job)).toEqual([{ apiGroup: "batch", resource: "jobs", verb: "get", name: "migrate" }]);
    expect(reads({ pod: { name: "db-0", namespace: "data" } })).toEqual([
      { apiGroup: "", resource: "pods", verb: "get", name: "db-0", namespace: "data" },
    ]);
    expect(reads(service)).toEqual([
      { apiGroup: "", resource: "services", verb: "get", name: "db" },
      { apiGroup: "discovery.k8s.io", resource: "endpointslices", verb: "list" },
    ]);
  });

  test("come to a token that ends soon, in a volume of this container's own", () => {
    expect(waitFor({ tcp: "db:1" }).volumes?.("w", leaves)).toEqual([]);
    expect(waitFor(job).volumes?.("w", leaves)).toMatchObject([
      {
        mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
        source: {
          projected: { sources: [{ serviceAccountToken: { path: "token", expirationSeconds: 600 } }, {}, {}] },
        },
      },
    ]);
  });
});
