import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type KindName, kinds, type Manifest } from "../fixtures/names/kinds.ts";
import { autonamed, resourceNames, type Row, table } from "../fixtures/names/rows.ts";
import { kubectl } from "./support/stack.ts";

// The unit test of the same table holds InitPod to it; this one holds the table to Kubernetes.

let api: string;
const namespace = `accepted-${Math.random().toString(36).slice(2, 8)}`;
const proxy = spawn("kubectl", ["proxy", "--port=0"], { stdio: ["ignore", "pipe", "inherit"] });

beforeAll(async () => {
  const [line] = (await once(proxy.stdout, "data")) as [Buffer];
  api = `http://${/127\.0\.0\.1:\d+/.exec(line.toString())?.[0] ?? ""}/api/v1`;
  await kubectl(["create", "namespace", namespace]);
});

afterAll(async () => {
  await kubectl(["delete", "namespace", namespace, "--wait=false"]);
  proxy.kill();
});

interface Answer {
  accepted: boolean;
  text: string;
}

async function dryRun(manifest: Manifest): Promise<Answer> {
  const plural = `${manifest.kind.toLowerCase()}s`;
  const place = manifest.kind === "Namespace" ? plural : `namespaces/${namespace}/${plural}`;
  const response = await fetch(`${api}/${place}?dryRun=All`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(manifest),
  });
  const text = await response.text();
  // Another status says nothing of the value: no right, too many requests, no such address.
  if (![201, 400, 422].includes(response.status)) throw new Error(`${response.status}: ${text}`);
  return { accepted: response.ok, text };
}

describe("the API server's dry run", () => {
  const rowsOf = (kind: string): Row[] => table.filter((row) => row.kind === kind);

  test.each(Object.keys(kinds) as KindName[])("agrees with the table about each %s", async (kind) => {
    const wrong: string[] = [];
    for (const { value, accepted } of rowsOf(kind)) {
      const answer = await dryRun(kinds[kind].object(value));
      if (answer.accepted !== accepted) wrong.push(`${JSON.stringify(value)}: ${answer.text.slice(0, 500)}`);
    }
    expect(rowsOf(kind)).not.toEqual([]);
    expect(wrong).toEqual([]);
  });

  test("agrees with the table about each name that Pulumi makes of an InitPod's", async () => {
    for (const { name, pod, service } of resourceNames) {
      const metadata = { name: autonamed(name) };
      const answers = {
        pod: await dryRun({ ...kinds["container name"].object("a"), metadata }),
        service: await dryRun({ ...kinds["target port"].object(80), metadata }),
      };
      expect([name, answers.pod.accepted, answers.service.accepted]).toEqual([name, pod, service]);
    }
  });
});

test("the kubelet can run those images, and only those, that InitPod takes", async () => {
  const images = table.filter(({ kind, accepted }) => kind === "image" && accepted);
  const containers = images.map(({ value }, at) => ({
    name: `c-${at}`,
    image: value,
    // It is never pulled: of an image that could be, the kubelet says that it isn't there.
    imagePullPolicy: "Never",
  }));
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "images", namespace }, spec: { containers } };
  await kubectl(["create", "-f", "-"], { input: JSON.stringify(pod) });

  const format = `jsonpath={range .status.containerStatuses[*]}{.name} {.state.waiting.reason}{"\\n"}{end}`;
  const reasons = async (): Promise<string[]> => {
    const text = await kubectl(["get", "pod", "images", "-n", namespace, "-o", format]);
    return text.split("\n").filter((line) => /Invalid|Never/.test(line));
  };
  await expect.poll(reasons, { timeout: 120_000, interval: 1_000 }).toHaveLength(images.length);
  const reasonOf = new Map((await reasons()).map((line) => line.split(" ") as [string, string]));
  expect(images.map(({ value }, at) => [value, reasonOf.get(`c-${at}`)])).toEqual(
    images.map(({ value, unlike }) => [value, unlike === undefined ? "ErrImageNeverPull" : "InvalidImageName"]),
  );
});
