import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiProxy, isOurs } from "../support/apiProxy/index.ts";
import { type Audited, auditedDuring } from "./support/audit.ts";
import { filesBelow } from "./support/machine.ts";
import { images, program, weatherUrl } from "./support/programs.ts";
import { openProxy } from "./support/proxy.ts";
import { kubectl, TestStack } from "./support/stack.ts";
import { type Traced, traced } from "./support/traced.ts";

const ours = program(`{
  init: [
    { image: "${images.curl}", download: { url: "${weatherUrl}", to: "/usr/share/nginx/html/index.html" } },
    { name: "keys", image: "${images.busybox}", run: { script: "echo set up", env: { TOKEN: pulumi.secret("s3cr3t-3d4c") } } },
  ],
  container: { image: "${images.unprivileged}", port: 8080 },
  service: {},
}`);

/** The same, as one writes it without InitPod. */
const plain = `
const pulumi = require("@pulumi/pulumi");
const k8s = require("@pulumi/kubernetes");
const labels = { app: "plain" };
const secret = new k8s.core.v1.Secret("plain", { stringData: { token: pulumi.secret("s3cr3t-3d4c") } });
const shared = [{ name: "shared", mountPath: "/data" }];
new k8s.core.v1.Pod("plain", {
  metadata: { labels, annotations: { "pulumi.com/skipAwait": "true" } },
  spec: {
    volumes: [{ name: "shared", emptyDir: {} }],
    initContainers: [
      { name: "download", image: "${images.curl}", command: ["curl", "-sfo", "/data/index.html", "${weatherUrl}"], volumeMounts: shared },
      { name: "keys", image: "${images.busybox}", command: ["echo", "set up"],
        env: [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: secret.metadata.name, key: "token" } } }] },
    ],
    containers: [{ name: "app", image: "${images.unprivileged}", ports: [{ containerPort: 8080 }], volumeMounts: shared }],
  },
});
new k8s.core.v1.Service("plain", { spec: { selector: labels, ports: [{ port: 8080 }] } });
`;

const reads: readonly string[] = ["get", "list", "watch"];

describe.each(["that makes all", "of what is there"])("a preview %s", (what) => {
  let stacks: { stack: TestStack; proxy: ApiProxy }[];
  let ofPlain: Traced;
  let ofOurs: Traced;
  let audited: Audited[];

  beforeAll(async () => {
    stacks = await Promise.all(
      [plain, ours].map(async (text) => {
        const stack = await TestStack.create(text);
        const { proxy, kubeconfig } = await openProxy(stack.folder);
        stack.env.KUBECONFIG = kubeconfig;
        // Compiled code is kept by Node.js itself, for the tests' sake.
        delete stack.env.NODE_COMPILE_CACHE;
        return { stack, proxy };
      }),
    );
    const [first, second] = stacks;
    if (first === undefined || second === undefined) throw new Error("there are two stacks");
    if (what === "of what is there") {
      for (const { stack } of stacks) await stack.up({ env: { CI: "true" } });
    }
    for (const { proxy } of stacks) proxy.exchanges.length = 0;
    const previewed = async ({ stack }: { stack: TestStack }): Promise<Traced> => {
      // What the first run leaves behind, such as a note of the plugin's use, is there for both.
      await stack.pulumi(["preview"]);
      return await traced("pulumi", ["preview", "--non-interactive"], { cwd: stack.project, env: stack.env });
    };
    ofPlain = await previewed(first);
    audited = await auditedDuring(second.stack.namespace, async () => {
      ofOurs = await previewed(second);
    });
  }, 400_000);
  afterAll(async () => {
    for (const { stack, proxy } of stacks) {
      delete stack.env.KUBECONFIG;
      proxy.close();
      await stack.remove();
    }
  });

  test("was traced: it starts what Pulumi starts, which listens and writes its logs", () => {
    for (const { finished, started, listening, written } of [ofPlain, ofOurs]) {
      expect(finished.code, finished.output).toBe(0);
      expect(started.some((line) => line.includes("pulumi-language-nodejs"))).toBe(true);
      expect(listening).toBeGreaterThan(0);
      expect(written.some((line) => line.includes("logs/pulumi-"))).toBe(true);
    }
  });

  test("starts no process that the same program without InitPod does not start", () => {
    expect(ofOurs.started.toSorted()).toEqual(ofPlain.started.toSorted());
  });

  test("listens on no more ports", () => {
    expect(ofOurs.listening).toBe(ofPlain.listening);
  });

  test("writes to no other file, and leaves none of its own", () => {
    const known = new Set(ofPlain.written);
    expect([...new Set(ofOurs.written)].filter((line) => !known.has(line))).toEqual([]);
    expect(filesBelow(join(stacks[1]?.stack.stateHome ?? ""))).toEqual([]);
  });

  test("writes nothing to the API server but the provider's dry runs, and reads alone by itself", () => {
    const [, second] = stacks;
    const asked = second?.proxy.exchanges.map((exchange) => exchange.asked) ?? [];
    const own = asked.filter(isOurs);
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter(({ verb }) => !reads.includes(verb)).map(String)).toEqual([]);
    const writes = asked.filter(({ verb }) => !reads.includes(verb));
    expect(writes.filter(({ query }) => query.get("dryRun") !== "All").map(String)).toEqual([]);
  });

  test("has no other request in the API server's audit log either", () => {
    expect(audited.filter(({ userAgent }) => userAgent === "init-pod").length).toBeGreaterThan(0);
    expect(audited.filter(isWrite).filter(({ userAgent }) => userAgent === "init-pod")).toEqual([]);
    expect(audited.filter(isWrite).filter((request) => !isDryRun(request))).toEqual([]);
  });
});

function isWrite({ verb }: Audited): boolean {
  return !reads.includes(verb);
}

function isDryRun({ requestURI }: Audited): boolean {
  return new URL(requestURI, "http://server").searchParams.get("dryRun") === "All";
}

test("a write is seen in the API server's audit log", async () => {
  const stack = await TestStack.create("");
  try {
    const audited = await auditedDuring(stack.namespace, () =>
      kubectl(["create", "configmap", "seen", "--namespace", stack.namespace]),
    );
    expect(audited.filter(isWrite)).toMatchObject([{ verb: "create", objectRef: { resource: "configmaps" } }]);
    expect(audited.filter(isDryRun)).toEqual([]);
  } finally {
    await stack.remove();
  }
});

test("a program that starts another, listens and writes is seen to do so", async () => {
  const script = `
require("node:child_process").execFileSync("true");
require("node:fs").writeFileSync("/tmp/init-pod-traced", "");
require("node:fs").unlinkSync("/tmp/init-pod-traced");
require("node:net").createServer().listen(0, "127.0.0.1", function () { this.close(); });`;
  const { finished, started, listening, written } = await traced(process.execPath, ["-e", script], {
    env: process.env,
  });
  expect(finished.code).toBe(0);
  expect(started).toHaveLength(2);
  expect(listening).toBe(1);
  expect(written.filter((line) => line.includes("/tmp/init-pod-traced"))).toHaveLength(2);
});
