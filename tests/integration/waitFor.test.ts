import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { images } from "./support/programs.ts";
import { diagnostics, TestStack } from "./support/stack.ts";

interface Log {
  container: string;
  exitCode?: number;
  log: string[];
}

/** A database that starts late, and an InitPod for each level that waits for it. */
const late = `
const k8s = require("@pulumi/kubernetes");
const { InitPod } = require("init-pod");
const labels = { app: "late" };
new k8s.core.v1.Pod("late", {
  metadata: { labels, annotations: { "pulumi.com/skipAwait": "true" } },
  spec: { containers: [{
    name: "late", image: "${images.busybox}", command: ["sh", "-c", "sleep 4; exec httpd -f -p 8080 -h /bin"],
  }], terminationGracePeriodSeconds: 0 },
});
const service = new k8s.core.v1.Service("late", {
  metadata: { name: "late", annotations: { "pulumi.com/skipAwait": "true" } },
  spec: { selector: labels, clusterIP: "None", publishNotReadyAddresses: true, ports: [{ port: 8080 }] },
});
for (const security of ["restricted", "restricted-no-ids", "baseline", "image"]) {
  const web = new InitPod(security, {
    security,
    init: [
      { image: "${images.curl}", waitFor: { tcp: "late:8080", timeoutSeconds: 40, intervalSeconds: 0.5 } },
      { image: "${images.curl}", waitFor: { http: { url: "http://late:8080/sh", status: 200 }, timeoutSeconds: 40 } },
    ],
    container: { image: "${images.busybox}", command: ["sleep", "3600"] },
    podSpec: { terminationGracePeriodSeconds: 1, securityContext: security === "restricted-no-ids" ? { runAsUser: 1000 } : {} },
  }, { dependsOn: service });
  exports[security] = web.initLogs;
}
`;

const never = `
const { InitPod } = require("init-pod");
exports.logs = new InitPod("web", {
  init: [{ name: "db", image: "${images.curl}", waitFor: { tcp: "127.0.0.1:9", timeoutSeconds: 3 } }],
  container: { image: "${images.busybox}", command: ["sleep", "3600"] },
}).initLogs;
`;

describe("a step that waits", () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await TestStack.create(late);
  });
  afterAll(() => stack.remove());

  test("goes on once all that it waits for is there, under each level of security", async () => {
    await stack.up();
    const outputs = (await stack.outputs()) as Record<string, Log[]>;
    for (const security of ["restricted", "restricted-no-ids", "baseline", "image"]) {
      const [tcp, http] = outputs[security] ?? [];
      expect(tcp, security).toMatchObject({ container: "wait-for", exitCode: 0 });
      expect(tcp?.log.at(-1), security).toMatch(/^tcp late:8080: it accepts connections, after \d+ s$/);
      expect(http, security).toMatchObject({ container: "wait-for-2", exitCode: 0 });
      expect(http?.log.at(-1), security).toMatch(/^http http:\/\/late:8080\/sh: HTTP 200, after \d+ s$/);
    }
    expect(outputs.restricted?.[0]?.log[0]).toMatch(
      /^waiting for tcp late:8080: (Failed to connect|Could not resolve)/,
    );
  });
});

describe("a step that waits for what never comes", () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await TestStack.create(never);
  });
  afterAll(() => stack.remove());

  test("fails in `up` with what was awaited and last seen, at its first attempt", async () => {
    const { code, output, seconds } = await stack.tryUp();
    expect(code).not.toBe(0);
    expect(seconds).toBeLessThan(30);
    expect(output).toMatch(/init container "db" of Pod \S+ failed\s+after 1 attempt: exit code 124/);
    expect(output).toContain("what it waits for did not come in time");
    expect(output).toMatch(/\| gave up waiting for tcp 127\.0\.0\.1:9 after [34] s, last seen: Failed to connect/);
    expect(diagnostics(output).match(/error:/g)).toHaveLength(1);
  });
});
