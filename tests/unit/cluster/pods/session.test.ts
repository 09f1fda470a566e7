import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ClusterClient } from "../../../../components/cluster/api/client.ts";
import { UnreachableError } from "../../../../components/cluster/api/errors.ts";
import { ClusterSession, ClusterSessions } from "../../../../components/cluster/pods/session.ts";
import { answer, FakeCluster, namespace, refuse } from "../fakeCluster.ts";

let cluster: FakeCluster;
let client: ClusterClient;
let session: ClusterSession;

beforeEach(async () => {
  cluster = await FakeCluster.start();
  client = await ClusterClient.connect(cluster.access);
  session = new ClusterSession(client, "managed-by=us", () => undefined);
});

afterEach(async () => {
  client.close();
  await cluster.stop();
});

describe("what the InitPods of a program share", () => {
  test("is one session for one access", async () => {
    const sessions = new ClusterSessions("a=b", () => undefined);
    const [one, same, other] = await Promise.all([
      sessions.of(cluster.access),
      sessions.of({ ...cluster.access }),
      sessions.of({ ...cluster.access, namespace: "other" }),
    ]);
    expect(same).toBe(one);
    expect(other).not.toBe(one);
  });

  test("is one list per namespace for all who ask what lives at the start", async () => {
    cluster.set("web", { phase: "Running" });
    cluster.set("going", { phase: "Running" }, { deletionTimestamp: "2026-01-01T00:00:00Z" });
    const lists = await Promise.all([session.podsAtStart(namespace), session.podsAtStart(namespace)]);
    expect(lists.map((pods) => pods.map(({ metadata }) => metadata.name))).toEqual([["web"], ["web"]]);
    expect(cluster.count(/^list pods/)).toBe(1);
  });

  test("is one watch per namespace", () => {
    expect(session.watch("a")).toBe(session.watch("a"));
    expect(session.watch("a")).not.toBe(session.watch("b"));
  });

  test("is one error where the cluster can't be reached", async () => {
    await cluster.stop();
    const errors = await Promise.all([1, 2].map(() => session.podsAtStart(namespace).catch((error: unknown) => error)));
    expect(errors[0]).toBeInstanceOf(UnreachableError);
    expect(errors[0]).toBe(errors[1]);
    expect((errors[0] as Error).message).toContain(`The cluster of context "fake" (${cluster.url}) can't be reached`);
    await cluster.listen();
  });

  test("is an error that says so where something else answers in the cluster's place", async () => {
    cluster.override = (_asked, response) => answer(response, '{"message":"welcome"}');
    await expect(session.podsAtStart(namespace)).rejects.toThrow("it answers, but not as a Kubernetes API server");
  });
});

describe("a namespace", () => {
  test.each([
    [200, '{"status":{"phase":"Active"}}', "there"],
    [200, '{"status":{"phase":"Terminating"}}', "ending"],
    [404, "", "missing"],
    // Most may not read it, and a server that fails says nothing of it.
    [403, "", "there"],
    [500, "", "there"],
  ])("of which the API server says %i %s is taken for one that is %s", async (status, body, expected) => {
    const asked: unknown[] = [];
    cluster.override = (right, response) => {
      asked.push(right);
      if (status === 200) return answer(response, body);
      refuse(response, status, "no");
      return true;
    };
    const states = await Promise.all([session.namespaceState("shop"), session.namespaceState("shop")]);
    expect(states).toEqual([expected, expected]);
    expect(asked).toHaveLength(1);
  });
});

describe("the uid of a cluster", () => {
  test("is empty without the right to read it", async () => {
    cluster.override = (_asked, response) => {
      refuse(response, 403, "no");
      return true;
    };
    expect(await session.uid()).toBe("");
  });

  test("is asked for again where the cluster did not answer", async () => {
    await cluster.stop();
    await expect(session.uid()).rejects.toThrow(UnreachableError);
    await cluster.listen();
    cluster.override = (_asked, response) => answer(response, '{"metadata":{"uid":"u"}}');
    expect(await session.uid()).toBe("u");
  });
});
