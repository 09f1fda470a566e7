import { afterAll, beforeAll, expect, test } from "vitest";
import { images } from "./support/programs.ts";
import { kubectl, TestStack } from "./support/stack.ts";

const app = (more: string): string => `{ image: "${images.unprivileged}", port: 8080, ${more} }`;
const silent = 'forward: { mode: "never" }';

/** Each names an object that is not there. */
const text = `
const { InitPod } = require("init-pod");
new InitPod("env", { container: ${app('secretEnv: { KEY: { secret: "late", key: "k" } }')}, ${silent} });
new InitPod("volume", { container: ${app("")}, volumes: { settings: { configMap: "late", mountPath: "/settings" } }, ${silent} });
new InitPod("claim", { container: ${app("")}, volumes: { data: { claim: "late", mountPath: "/data" } }, ${silent} });
`;

const storage = (namespace: string): string => `
apiVersion: v1
kind: PersistentVolume
metadata: { name: ${namespace} }
spec:
  capacity: { storage: 1Mi }
  accessModes: [ReadWriteOnce]
  claimRef: { namespace: ${namespace}, name: late }
  hostPath: { path: /tmp }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: late, namespace: ${namespace} }
spec:
  storageClassName: ""
  volumeName: ${namespace}
  accessModes: [ReadWriteOnce]
  resources: { requests: { storage: 1Mi } }
`;

/** The line that names each, and what makes the object once it was seen. */
const missing: Record<string, { line: string; make: (namespace: string) => Promise<string> }> = {
  env: {
    line: 'it needs Secret "late", which does not exist',
    make: (namespace) => kubectl(["create", "secret", "generic", "late", "-n", namespace, "--from-literal=k=v"]),
  },
  volume: {
    line: 'volume "settings" needs ConfigMap "late", which does not exist',
    make: (namespace) => kubectl(["create", "configmap", "late", "-n", namespace, "--from-literal=k=v"]),
  },
  claim: {
    line: 'it needs PersistentVolumeClaim "late", which does not exist',
    make: (namespace) => kubectl(["create", "-f", "-"], { input: storage(namespace) }),
  },
};

/** With the second until which a state must last, those of a machine that does other things too. */
const soonSeconds = 6;

let stack: TestStack;
beforeAll(async () => {
  stack = await TestStack.create(text);
});
afterAll(async () => {
  await stack.remove();
  await kubectl(["delete", "pv", stack.namespace, "--ignore-not-found", "--wait=false"]);
});

test("what a Pod lacks is named as soon as it is made, and taken as soon as it is there", async () => {
  const madeAt = new Map<string, number>();
  const namedAt = new Map<string, number>();
  const making: Promise<string>[] = [];
  let output = "";
  const onOutput = (piece: string): void => {
    output += piece;
    for (const [name, { line, make }] of Object.entries(missing)) {
      if (!madeAt.has(name) && output.includes(`Pod ${name} created`)) madeAt.set(name, performance.now());
      if (namedAt.has(name) || !output.includes(line)) continue;
      namedAt.set(name, performance.now());
      making.push(make(stack.namespace));
    }
  };
  const up = await stack.tryUp({ onOutput });
  await Promise.all(making);
  expect(up.code, up.output).toBe(0);
  for (const name of Object.keys(missing)) {
    const ms = (namedAt.get(name) ?? Infinity) - (madeAt.get(name) ?? 0);
    expect(ms / 1000, `${name}\n${up.output}`).toBeLessThan(soonSeconds);
  }
});
