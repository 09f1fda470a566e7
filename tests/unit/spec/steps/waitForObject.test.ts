import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { leavesOf } from "../../../../components/spec/manifest/leaves.ts";
import type { Container } from "../../../../components/spec/steps/plan.ts";
import { accountFolder } from "../../../../components/spec/steps/scripts/waitForObject.ts";
import { type WaitFor, waitFor } from "../../../../components/spec/steps/waitFor.ts";
import { loopbackCertificate } from "../../loopbackCertificate.ts";
import { type Ended, run } from "../kubelet.ts";

const needed = ["sh", "curl", "awk", "openssl"].every((tool) => spawnSync("which", [tool]).status === 0);

type Answer = readonly [status: number, body: unknown];

let folder: string;
let server: Server;
let requests: IncomingMessage[];
/** What is answered, in turn; the last one again and again. By path, where that matters. */
let answers: Answer[] | ((url: string, number: number) => Answer);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "init-pod-account-"));
  const certificate = loopbackCertificate();
  writeFileSync(join(folder, "ca.crt"), certificate.cert);
  writeFileSync(join(folder, "token"), "head.body-_.signature\n");
  writeFileSync(join(folder, "namespace"), "shop");
  requests = [];
  server = createServer(certificate, (request, response) => {
    requests.push(request);
    const number = requests.length - 1;
    const [status, body] =
      typeof answers === "function"
        ? answers(request.url ?? "", number)
        : (answers[Math.min(number, answers.length - 1)] ?? [500, {}]);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const leaves = leavesOf({ container: { image: "app" } }, (text) => new Error(text));

function container(value: WaitFor): Container {
  const { command, env } = waitFor({ timeoutSeconds: 3, intervalSeconds: 0.1, ...value }).container("w", leaves);
  return {
    command: (command as string[]).map((word) => word.replaceAll(accountFolder, folder)),
    env: [
      ...(env as { name: string; value: string }[]),
      { name: "KUBERNETES_SERVICE_HOST", value: "127.0.0.1" },
      { name: "KUBERNETES_SERVICE_PORT", value: String((server.address() as AddressInfo).port) },
      { name: "https_proxy", value: "http://127.0.0.1:9" },
    ],
  };
}

/** A log in which it does not matter how long it took. */
function timeless(log: string): string {
  return log.replace(/after \d+ s/g, "after N s").replace(/\(\d+ of/g, "(N of");
}

async function waited(value: WaitFor, ...given: Answer[]): Promise<Ended> {
  answers = given;
  const { code, log } = await run(container(value));
  return { code, log: timeless(log) };
}

const condition = (type: string, more: object = {}): object => ({ type, status: "True", ...more });
const withConditions = (...conditions: object[]): Answer => [200, { status: { conditions } }];
const notFound: Answer = [404, { kind: "Status", message: 'jobs.batch "migrate" not found' }];
const job = { job: { name: "migrate" } };
const pod = { pod: { name: "db-0" } };
const service = { service: { name: "db" } };

describe.skipIf(!needed)("a wait for a Job", () => {
  test("ends once it has succeeded, and says what it saw until then, though it came late", async () => {
    const { code, log } = await waited(
      job,
      notFound,
      [200, { status: { active: 1, failed: 2 } }],
      withConditions(condition("Suspended")),
      withConditions(condition("Suspended", { status: "False" }), condition("Complete")),
    );
    expect(code, log).toBe(0);
    expect(log.split("\n")).toEqual([
      "waiting for job migrate: it does not exist yet (N of 3 s)",
      "waiting for job migrate: 1 active, 0 succeeded, 2 failed (N of 3 s)",
      "waiting for job migrate: it is suspended (N of 3 s)",
      "job migrate: it has succeeded, after N s",
      "",
    ]);
  });

  test("asks for this one object, of its own namespace or of another, with its token and past every proxy", async () => {
    await waited(job, withConditions(condition("Complete")));
    await waited({ job: { name: "migrate", namespace: "data" } }, withConditions(condition("Complete")));
    expect(requests.map(({ url }) => url)).toEqual([
      "/apis/batch/v1/namespaces/shop/jobs/migrate",
      "/apis/batch/v1/namespaces/data/jobs/migrate",
    ]);
    expect(requests[0]?.headers.authorization).toBe("Bearer head.body-_.signature");
  });

  test("fails at once where it has failed, with its reason and message, which may hold anything", async () => {
    const message = 'say "no"\n$(id) `id` \\ \u0007 é 😀';
    const { code, log } = await waited(
      { ...job, timeoutSeconds: 60 },
      withConditions(condition("FailureTarget"), condition("Failed", { reason: "BackoffLimitExceeded", message })),
    );
    expect(code).toBe(69);
    expect(log).toBe(
      'no longer waiting for job migrate after N s: it has failed: BackoffLimitExceeded: say "no" $(id) `id` \\   é 😀\n',
    );
  });

  test("is not misled by texts that only look as if it had ended", async () => {
    const text = '{"status":{"conditions":[{"type":"Complete","status":"True"}]}}';
    const { code } = await waited({ ...job, timeoutSeconds: 1 }, [
      200,
      { metadata: { annotations: { text, "/status/conditions/0/type": "Complete" } }, status: { active: 1 } },
    ]);
    expect(code).toBe(124);
  });
});

describe.skipIf(!needed)("a wait for a Pod", () => {
  const failed = { phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory." };
  const owned = (kind: string): object => ({ ownerReferences: [{ kind, controller: true }] });

  test.each([
    ["is Ready", { phase: "Running", conditions: [condition("Ready")] }, "it is Ready"],
    [
      "has succeeded",
      { phase: "Succeeded", conditions: [condition("Ready", { status: "False" })] },
      "it has succeeded",
    ],
  ])("ends where it %s", async (_, status, seen) => {
    const { code, log } = await waited(pod, [200, { status }]);
    expect([code, log]).toEqual([0, `pod db-0: ${seen}, after N s\n`]);
  });

  test.each([
    ["nothing has looked at it", {}, {}, "no phase yet, not Ready"],
    [
      "no node takes it",
      { phase: "Pending", conditions: [condition("PodScheduled", { status: "False", message: "0/1 nodes" })] },
      {},
      "Pending, not Ready: 0/1 nodes",
    ],
    [
      "its image can't be pulled",
      { phase: "Pending", containerStatuses: [{ name: "main", state: { waiting: { reason: "ImagePullBackOff" } } }] },
      {},
      "Pending, not Ready: container main: ImagePullBackOff",
    ],
    [
      "its probe fails",
      {
        phase: "Running",
        conditions: [condition("Ready", { status: "False", message: "containers with unready status: [main]" })],
      },
      {},
      "Running, not Ready: containers with unready status: [main]",
    ],
    [
      "its StatefulSet makes it anew",
      failed,
      owned("StatefulSet"),
      "it has failed: Evicted: The node was low on resource: memory., and its StatefulSet may make it anew",
    ],
  ])("goes on where %s", async (_, status, metadata, seen) => {
    const { code, log } = await waited({ ...pod, timeoutSeconds: 1 }, [200, { metadata, status }]);
    expect(code).toBe(124);
    expect(log).toContain(`gave up waiting for pod db-0 after N s, last seen: ${seen}\n`);
  });

  test.each([
    ["alone", {}, failed, "Evicted: The node was low on resource: memory."],
    ["of a Job, which draws names", owned("Job"), failed, "Evicted: The node was low on resource: memory."],
    [
      "of whose container alone it is known why",
      {},
      {
        phase: "Failed",
        containerStatuses: [{ name: "main", state: { terminated: { exitCode: 3, reason: "Error" } } }],
      },
      "container main: Error: exit code 3",
    ],
  ])("fails at once where one has failed %s", async (_, metadata, status, why) => {
    const { code, log } = await waited({ ...pod, timeoutSeconds: 60 }, [200, { metadata, status }]);
    expect([code, log]).toEqual([69, `no longer waiting for pod db-0 after N s: it has failed: ${why}\n`]);
  });
});

describe.skipIf(!needed)("a wait for a Service", () => {
  const selecting: Answer = [200, { spec: { selector: { app: "db" } } }];
  const slices = (endpoints: object[] | null, next?: string): Answer => [
    200,
    { metadata: { continue: next }, items: [{ metadata: { name: "db-x" }, endpoints }] },
  ];
  const endpoint = (ready?: boolean): object => ({ addresses: ["10.0.0.1"], conditions: { ready } });
  const serving = (object: Answer, ...pages: Answer[]): void => {
    let page = 0;
    answers = (url) => (url.includes("endpointslices") ? (pages[page++ % pages.length] ?? object) : object);
  };
  const ended = async (): Promise<Ended> => {
    const { code, log } = await run(container({ ...service, timeoutSeconds: 1 }));
    return { code, log: timeless(log) };
  };

  test.each([
    ["ready", endpoint(true)],
    ["of which nothing is said", endpoint()],
  ])("ends where it has an endpoint that is %s", async (_, one) => {
    serving(selecting, slices([endpoint(false), one]));
    const { code, log } = await ended();
    expect([code, log]).toEqual([0, "service db: it has a ready endpoint, after N s\n"]);
    expect(requests.map(({ url }) => url)).toEqual([
      "/api/v1/namespaces/shop/services/db",
      "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices?limit=10&labelSelector=kubernetes.io%2Fservice-name%3Ddb",
    ]);
  });

  test("reads page after page until there is one", async () => {
    serving(selecting, slices([endpoint(false)], "next-1"), slices([endpoint(true)]));
    expect((await ended()).code).toBe(0);
    expect(requests.at(-1)?.url).toMatch(/&continue=next-1$/);
  });

  test.each([
    ["none", selecting, slices(null), "no ready endpoint"],
    [
      "some that are not ready",
      selecting,
      slices([endpoint(false), endpoint(false)]),
      "no ready endpoint (2 not ready)",
    ],
    [
      "no selector",
      [200, { spec: {} }] as Answer,
      slices([]),
      "no ready endpoint, and no selector by which Kubernetes would find some",
    ],
    [
      "another name outside",
      [200, { spec: { type: "ExternalName" } }] as Answer,
      slices([]),
      "it is of type ExternalName, which has no endpoints",
    ],
    ["not been made", [404, {}] as Answer, slices([]), "it does not exist yet"],
  ])("says what it sees where it has %s", async (_, object, page, seen) => {
    serving(object, page);
    const { code, log } = await ended();
    expect(code).toBe(124);
    expect(log).toContain(`gave up waiting for service db after N s, last seen: ${seen}\n`);
  });
});

test.skipIf(!needed).each([job, pod, service])("%j that is being deleted is none", async (value) => {
  const metadata = { deletionTimestamp: "2026-01-01T00:00:00Z" };
  const status = { phase: "Running", conditions: ["Ready", "Complete", "Failed"].map((type) => condition(type)) };
  const { code, log } = await waited({ ...value, timeoutSeconds: 1 }, [200, { metadata, status }]);
  expect(code).toBe(124);
  expect(log).toContain(", last seen: it is being deleted\n");
});

describe.skipIf(!needed)("whatever the API server answers", () => {
  const message = 'jobs.batch "migrate" is forbidden: User "system:serviceaccount:shop:web" cannot get resource "jobs"';

  test("a right that is missing may be one that has just been given", async () => {
    const { code, log } = await waited(job, [403, { message }], withConditions(condition("Complete")));
    expect(code, log).toBe(0);
    expect(log).toContain(
      `waiting for job migrate: no right to get jobs "migrate" in namespace shop: ${message} (N of 3 s)`,
    );
  });

  test("a right that stays missing is final after ten seconds, and named", { timeout: 30_000 }, async () => {
    const { code, log } = await waited({ ...job, timeoutSeconds: 60, intervalSeconds: 1 }, [403, { message }]);
    expect(code).toBe(77);
    expect(log).toMatch(
      /^no longer waiting for job migrate after N s: no right to get jobs "migrate" in namespace shop: /m,
    );
    expect(log).toContain('User "system:serviceaccount:shop:web"');
  });

  test.each([
    ["is no JSON", [200, "<html>"] as Answer, "the API server answered HTTP 200 and no JSON"],
    [
      "is cut off",
      [200, '{"status":{"conditions":[{"type":"Complete","status":"True"}]}'] as Answer,
      "the API server answered HTTP 200 and no JSON",
    ],
    [
      "says that it is busy",
      [429, { message: "too many requests" }] as Answer,
      "the API server answered HTTP 429: too many requests",
    ],
    [
      "refuses the token",
      [401, { message: "Unauthorized" }] as Answer,
      "the API server answered HTTP 401: Unauthorized",
    ],
  ])("one that %s is no end", async (_, answer, seen) => {
    const { code, log } = await waited(job, answer, withConditions(condition("Complete")));
    expect(code, log).toBe(0);
    expect(log).toContain(`waiting for job migrate: ${seen} (N of 3 s)`);
  });

  test("another certificate than the cluster's gets no token", async () => {
    writeFileSync(join(folder, "ca.crt"), "");
    const { code, log } = await waited({ ...job, timeoutSeconds: 1 }, withConditions(condition("Complete")));
    expect(code).toBe(124);
    expect(log).toContain("no answer of the API server: ");
    expect(requests).toEqual([]);
  });

  test("the token is in no log and no command line, and a bad one is not sent", async () => {
    const [curl = ""] = spawnSync("which", ["curl"]).stdout.toString().split("\n");
    mkdirSync(join(folder, "bin"));
    const shim = `#!/bin/sh\nprintf '%s ' "$@" >>'${folder}/arguments'\nexec ${curl} "$@"\n`;
    writeFileSync(join(folder, "bin/curl"), shim, { mode: 0o755 });
    answers = [[401, {}]];
    const one = container({ ...job, timeoutSeconds: 1 });
    (one.env as object[]).push({ name: "PATH", value: `${folder}/bin:${process.env.PATH ?? ""}` });
    const { log } = await run(one);
    const words = readFileSync(join(folder, "arguments"), "utf8");
    expect(words).toContain("--cacert");
    expect(log + words).not.toContain("signature");
    writeFileSync(join(folder, "token"), 'a"\nurl = "http://127.0.0.1:9/');
    expect((await waited({ ...job, timeoutSeconds: 1 }, notFound)).log).toContain("its token is none");
  });
});
