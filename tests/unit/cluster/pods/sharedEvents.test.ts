import { afterEach, beforeEach, expect, test } from "vitest";
import { ClusterClient } from "../../../../components/cluster/api";
import { sharedEvents } from "../../../../components/cluster/pods/sharedEvents.ts";
import { answer, FakeCluster, namespace } from "../fakeCluster.ts";

let cluster: FakeCluster;
let client: ClusterClient;
const selectors: string[] = [];
const asked = (uid: string) => sharedEvents(client, namespace).of(uid, 5_000);
const uids = (count: number) => Array.from({ length: count }, (_, index) => `uid-${index}`);

beforeEach(async () => {
  selectors.length = 0;
  cluster = await FakeCluster.start();
  cluster.override = ({ url }, response) => {
    const selector = url.searchParams.get("fieldSelector") ?? "";
    selectors.push(selector);
    const [, one] = /involvedObject\.uid=(.*)/.exec(selector) ?? [];
    const items = (one === undefined ? uids(100) : [one]).map((uid) => ({ message: uid, involvedObject: { uid } }));
    return answer(response, JSON.stringify({ items }));
  };
  client = await ClusterClient.connect(cluster.access);
});

afterEach(async () => {
  client.close();
  await cluster.stop();
});

test("a few Pods are asked for one by one", async () => {
  const found = await Promise.all(uids(8).map(asked));
  expect(found.map((events) => events.map(({ message }) => message))).toEqual(uids(8).map((uid) => [uid]));
  expect(selectors.toSorted()).toEqual(uids(8).map((uid) => `involvedObject.uid=${uid}`));
});

test("many share one list, without what is told of every Pod, and each gets its own", async () => {
  const found = await Promise.all(uids(100).map(asked));
  expect(found.map((events) => events.map(({ message }) => message))).toEqual(uids(100).map((uid) => [uid]));
  const shared = selectors.filter((selector) => !selector.includes("uid="));
  expect(shared).toEqual([expect.stringContaining("involvedObject.kind=Pod,reason!=Scheduled")]);
  expect(selectors).toHaveLength(9);
});

test("who asks later gets a later list", async () => {
  await Promise.all(uids(100).map(asked));
  cluster.override = (_asked, response) =>
    answer(response, JSON.stringify({ items: [{ message: "new", involvedObject: { uid: "uid-1" } }] }));
  expect((await asked("uid-1")).map(({ message }) => message)).toEqual(["new"]);
});

test("an error is told to all who share a list, and the next list is tried anew", async () => {
  cluster.override = (_asked, response) => {
    response.writeHead(500).end("{}");
    return true;
  };
  const refused = await Promise.allSettled(uids(20).map(asked));
  expect(refused.every(({ status }) => status === "rejected")).toBe(true);
  cluster.override = (_asked, response) => answer(response, JSON.stringify({ items: [] }));
  expect(await asked("uid-1")).toEqual([]);
});
