import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ClusterClient } from "../../../../components/cluster/api";
import { ClusterSession } from "../../../../components/cluster/pods";
import type { Self } from "../../../../components/pulumi";
import { warnOfUnknownFields } from "../../../../components/stages/applied";
import { coreV1 } from "../../../fixtures/openapi/coreV1.ts";
import { answer, FakeCluster, refuse } from "../../cluster/fakeCluster.ts";

const secret = "hunter2";
const misspelt = {
  nodeSelectr: { zone: secret },
  containers: [{ name: "app", livenessProbe: { htpGet: { path: pulumi.secret(secret) } } }],
};

let cluster: FakeCluster;
let client: ClusterClient;
let self: Self;
const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();

beforeEach(async () => {
  warn.mockClear();
  cluster = await FakeCluster.start();
  cluster.override = (_asked, response) => answer(response, JSON.stringify(coreV1));
  client = await ClusterClient.connect(cluster.access);
  const session = new ClusterSession(client, "managed-by=us", () => undefined);
  const use = async (_on: unknown, _otherwise: unknown, action: (it: ClusterSession) => unknown): Promise<unknown> =>
    await action(session);
  self = { link: { use } } as unknown as Self;
});

afterEach(async () => {
  client.close();
  await cluster.stop();
});

const warnings = (): string[] => warn.mock.calls.map(([text]) => text);
const questions = (): number => cluster.count(/openapi/);

test("fields that the cluster does not know are warned of in one line, by name and without a value", async () => {
  await warnOfUnknownFields(self, { Pod: misspelt, Service: undefined });
  expect(warnings()).toEqual([
    "This cluster does not know 2 fields of the Pod, and leaves them out: spec.nodeSelectr (did you mean nodeSelector?), " +
      "spec.containers[0].livenessProbe.htpGet (did you mean httpGet?).",
  ]);
});

test("fields that a newer cluster knows are not warned of", async () => {
  await warnOfUnknownFields(self, { Pod: pulumi.output({ newer: { inner: 1 } }), Service: undefined });
  expect(warnings()).toEqual([]);
  expect(questions()).toBe(1);
});

test("a cluster is asked once for all objects, and not at all where every Kubernetes knows all fields", async () => {
  await warnOfUnknownFields(self, {
    Pod: { nodeSelector: { zone: "a" }, containers: [{ name: "app" }] },
    Service: { ports: [] },
  });
  expect(questions()).toBe(0);
  await warnOfUnknownFields(self, { Pod: { a: 1, b: null }, Service: { a: 1 } });
  expect(questions()).toBe(1);
  expect(warnings()).toEqual(
    ["Pod", "Service"].map((kind) => `This cluster does not know a field of the ${kind}, and leaves it out: spec.a.`),
  );
});

test.each<[string, () => unknown]>([
  ["may not be asked", () => (cluster.override = (_asked, response) => (refuse(response, 403, "no"), true))],
  ["answers something else", () => (cluster.override = (_asked, response) => answer(response, "<html>"))],
  ["can't be reached", () => cluster.stop()],
])("nothing is said where the cluster %s", async (_what, make) => {
  await make();
  await warnOfUnknownFields(self, { Pod: misspelt, Service: undefined });
  expect(warnings()).toEqual([]);
});

test("a spec that fails to resolve is reported by others", async () => {
  const failing = Promise.reject(new Error("no"));
  failing.catch(() => undefined);
  await warnOfUnknownFields(self, { Pod: { nodeSelectr: failing }, Service: undefined });
  expect(warnings()).toEqual([]);
});
