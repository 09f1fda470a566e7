import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { maskingOf } from "../../../../components/cli/logs/secrets.ts";
import { ClusterClient } from "../../../../components/cluster/api/client.ts";
import { answer, FakeCluster, refuse } from "../../cluster/fakeCluster.ts";

const made = "2026-01-01T00:00:00Z";
const keys = { user: "shopkeeper", password: "s3cr3t-1f2e" };
let client: ClusterClient;
/** Secrets by name, or the status of the answer. */
let secrets: Record<string, object | number>;
let asked: string[];

beforeEach(async () => {
  const cluster = await FakeCluster.start();
  secrets = { db: secretOf(keys) };
  asked = [];
  cluster.override = ({ url }, response) => {
    const [, name] = /\/secrets\/(.+)$/.exec(url.pathname) ?? [];
    if (name === undefined) return false;
    asked.push(name);
    const found = secrets[name] ?? 404;
    if (typeof found === "object") return answer(response, JSON.stringify(found));
    refuse(response, found, `secrets "${name}": status ${found}`);
    return true;
  };
  client = await ClusterClient.connect(cluster.access);
  onTestFinished(async () => {
    client.close();
    await cluster.stop();
  });
});

function secretOf(texts: Record<string, string>, more: object = {}): object {
  const data = Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
  );
  return { metadata: { managedFields: [{ time: made }] }, data, ...more };
}

async function shown(spec: object, text: string, { all = false, annotations = {} } = {}): Promise<string> {
  const metadata = { name: "web-1", namespace: "shop", uid: "uid", creationTimestamp: made, annotations };
  const masking = await maskingOf(client, { metadata, spec }, all);
  return "withheld" in masking ? `withheld: ${masking.withheld}` : masking.mask(text);
}

const fromKey = { name: "a", env: [{ name: "P", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }] };
const text = `as ${keys.user} with ${keys.password}`;
const volume = (source: object) => ({
  initContainers: [{ name: "a", volumeMounts: [{ name: "v", mountPath: "/v" }] }],
  volumes: [{ name: "v", ...source }],
});

describe("what containers are given is masked", () => {
  test.each([
    ["a key of a Secret", { initContainers: [fromKey] }, "as shopkeeper with [secret]"],
    ["all keys of one", { initContainers: [{ name: "a", envFrom: [{ secretRef: { name: "db" } }] }] }, undefined],
    ["a volume", volume({ secret: { secretName: "db" } }), undefined],
    ["a projected volume", volume({ projected: { sources: [{ secret: { name: "db" } }] } }), undefined],
  ])("by %s", async (_what, spec, expected = "as [secret] with [secret]") => {
    expect(await shown(spec, text)).toBe(expected);
    expect(asked).toEqual(["db"]);
  });

  test("of the app's, only where its log is shown", async () => {
    const spec = { initContainers: [{ name: "a" }], containers: [fromKey] };
    expect(await shown(spec, text)).toBe(text);
    expect(asked).toEqual([]);
    expect(await shown(spec, text, { all: true })).toBe("as shopkeeper with [secret]");
  });
});

describe("logs are withheld", () => {
  test.each([403, 404])("where the answer for a Secret is %i, with what it says", async (status) => {
    secrets.db = status;
    expect(await shown({ initContainers: [fromKey] }, text)).toBe(
      `withheld: Secret db, which they are given, can't be read here to mask it: secrets "db": status ${status}`,
    );
  });

  test("where a Secret has changed since, unless it can't change", async () => {
    const later = { metadata: { managedFields: [{ time: "2026-01-01T00:05:00Z" }] } };
    secrets.db = secretOf(keys, later);
    expect(await shown({ initContainers: [fromKey] }, text)).toBe(
      "withheld: Secret db has changed since the Pod was made",
    );
    secrets.db = secretOf(keys, { ...later, immutable: true });
    expect(await shown({ initContainers: [fromKey] }, text)).toBe("as shopkeeper with [secret]");
  });

  test("where a Secret that can't change was deleted and made anew since, with other values", async () => {
    secrets.db = secretOf(keys, { metadata: { creationTimestamp: "2026-01-01T00:05:00Z" }, immutable: true });
    expect(await shown({ initContainers: [fromKey] }, text)).toBe(
      "withheld: Secret db has changed since the Pod was made",
    );
  });

  test("where a driver's volume is mounted, and where the Pod says that it holds a secret itself", async () => {
    expect(await shown(volume({ csi: { driver: "vault" } }), text)).toMatch(/^withheld: a volume of theirs/);
    const annotations = { "init-pod.dev/holds-secret": "true" };
    expect(await shown({ initContainers: [] }, text, { annotations })).toMatch(/^withheld: a secret stands in the Pod/);
  });
});
