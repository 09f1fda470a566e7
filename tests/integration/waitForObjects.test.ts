import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { images } from "./support/programs.ts";
import { run } from "./support/run.ts";
import { diagnostics, kubectl, objects, TestStack } from "./support/stack.ts";

interface Log {
  container: string;
  exitCode?: number;
  log: string[];
}

interface LivePod {
  metadata: { name: string };
  spec: {
    serviceAccountName: string;
    automountServiceAccountToken: boolean;
    containers: Container[];
    initContainers?: Container[];
    volumes: { name: string; projected?: { sources: object[] } }[];
  };
}

interface Container {
  name: string;
  env?: { name: string }[];
  volumeMounts?: { name: string; mountPath: string }[];
}

/** A container that runs `script`, with what else a Pod has. */
const podSpec = (script: string, more: object = {}, ofContainer: object = {}): object => ({
  containers: [{ name: "main", image: images.busybox, command: ["sh", "-c", script], ...ofContainer }],
  restartPolicy: "Never",
  terminationGracePeriodSeconds: 0,
  ...more,
});
const job = (name: string, script: string): object => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name },
  spec: { backoffLimit: 0, template: { spec: podSpec(script) } },
});
const pod = (name: string, script: string, ofContainer: object = {}): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, labels: { app: name } },
  spec: podSpec(script, {}, ofContainer),
});
const service = (name: string, more: object): object => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name },
  spec: { ports: [{ port: 8080 }], ...more },
});

/** What is made while the InitPods wait, in a namespace. */
const late = [
  job("migrate", "sleep 3"),
  pod("ends", "sleep 2"),
  pod("serves", "sleep 3; touch /tmp/ready; exec sleep 3600", {
    readinessProbe: { exec: { command: ["test", "-e", "/tmp/ready"] }, periodSeconds: 1 },
  }),
  service("db", { selector: { app: "serves" } }),
];

async function apply(namespace: string, all: readonly object[]): Promise<void> {
  await kubectl(["apply", "-n", namespace, "-f", "-"], {
    input: JSON.stringify({ apiVersion: "v1", kind: "List", items: all }),
  });
}

const step = (waitFor: string, more = ""): string =>
  `{ image: "${images.curl}", waitFor: { timeoutSeconds: 90, intervalSeconds: 0.5, ${waitFor} }, ${more} }`;
const app = `container: { image: "${images.busybox}", command: ["sleep", "3600"] }`;

/** Each kind under each level, in the InitPod's namespace and in another. */
const waits = (elsewhere: string): Record<string, string[]> => ({
  restricted: [
    `job: { name: "migrate" }`,
    `pod: { name: "serves", namespace: "${elsewhere}" }`,
    `service: { name: "db" }`,
  ],
  "restricted-no-ids": [
    `pod: { name: "ends" }`,
    `service: { name: "db", namespace: "${elsewhere}" }`,
    `job: { name: "migrate" }`,
  ],
  image: [`service: { name: "db" }`, `job: { name: "migrate", namespace: "${elsewhere}" }`, `pod: { name: "serves" }`],
});

const waiting = (elsewhere: string, more = ""): string => `
const { InitPod } = require("init-pod");
${Object.entries(waits(elsewhere))
  .map(
    ([security, all]) => `
exports["${security}"] = new InitPod("${security}", {
  security: "${security}",
  init: [${all.map((wait) => step(wait)).join(", ")}],
  ${app},
  podSpec: { terminationGracePeriodSeconds: 1, ${security === "restricted-no-ids" ? "securityContext: { runAsUser: 1000 }," : ""} ${more} },
}).initLogs;`,
  )
  .join("")}
`;

describe("a step that waits for objects of Kubernetes", () => {
  let stack: TestStack;
  let elsewhere: string;
  beforeAll(async () => {
    stack = await TestStack.create("");
    elsewhere = `${stack.namespace}-data`;
    await kubectl(["create", "namespace", elsewhere]);
  });
  afterAll(async () => {
    await stack.remove();
    await run("kubectl", ["delete", "namespace", elsewhere, "--wait=false"]);
  });

  test.each([
    [
      "a mount of no volume",
      `containers: [{ name: "app", volumeMounts: [{ name: "nowhere", mountPath: "/v" }] }]`,
      /volumeMounts\[\d\]\.name: Not found/,
    ],
    [
      "a limit below a request",
      `containers: [{ name: "app", resources: { requests: { memory: "2Gi" }, limits: { memory: "1Gi" } } }]`,
      /must be less than or equal to memory limit/,
    ],
  ])("has the API server check its Pod in the first preview: %s", async (_, more, refusal) => {
    stack.write(waiting(elsewhere, more));
    const { code, output } = await stack.try(["preview"]);
    expect(code, output).not.toBe(0);
    expect(output).toMatch(refusal);
    expect(output).not.toMatch(/serviceaccount "?\S*"? not found/i);
  });

  test("goes on once all of them are as they should be, though they come late, under each level of security", async () => {
    stack.write(waiting(elsewhere));
    const { output } = await stack.pulumi(["preview"]);
    expect(output).not.toContain("warning:");
    const up = stack.up();
    up.catch(() => undefined);
    await sleep(12_000);
    await Promise.all([apply(stack.namespace, late), apply(elsewhere, late)]);
    await up;
    const outputs = (await stack.outputs()) as Record<string, Log[]>;
    const ends = {
      job: /^job migrate(.*): it has succeeded, after \d+ s$/,
      pod: /^pod (serves|ends)(.*): it (is Ready|has succeeded), after \d+ s$/,
      service: /^service db(.*): it has a ready endpoint, after \d+ s$/,
    };
    for (const [security, all] of Object.entries(waits(elsewhere))) {
      all.forEach((wait, at) => {
        const { exitCode, log = [] } = outputs[security]?.[at] ?? {};
        const kind = wait.split(":")[0] as keyof typeof ends;
        expect(exitCode, `${security} ${wait}\n${log.join("\n")}`).toBe(0);
        expect(log.at(-1), security).toMatch(ends[kind]);
        expect(log.at(-1)?.includes(`in namespace ${elsewhere}`), wait).toBe(wait.includes(elsewhere));
      });
      expect(outputs[security]?.[0]?.log.join("\n")).toMatch(
        /^waiting for \S+ \S+: it does not exist yet \(\d+ of 90 s\)$/m,
      );
    }
  });

  test("shows no change where there is none", async () => {
    await stack.pulumi(["preview", "--expect-no-changes"]);
  });

  test("gives its token to its own container, and to no other", async () => {
    const pods = (await objects<LivePod>("pods", stack.namespace)).filter(
      ({ spec }) => spec.initContainers !== undefined,
    );
    expect(pods).toHaveLength(3);
    for (const { metadata, spec } of pods) {
      expect(spec.automountServiceAccountToken).toBe(false);
      const withToken = spec.volumes.filter(({ projected }) =>
        JSON.stringify(projected ?? {}).includes("serviceAccountToken"),
      );
      expect(withToken).toHaveLength(3);
      const mountsOf = ({ volumeMounts = [] }: Container): string[] =>
        volumeMounts.map(({ name }) => name).filter((name) => withToken.some((volume) => volume.name === name));
      expect((spec.initContainers ?? []).map((one) => mountsOf(one).length)).toEqual([1, 1, 1]);
      expect(spec.containers.flatMap(mountsOf)).toEqual([]);
      expect(JSON.stringify(spec.containers)).not.toMatch(/serviceaccount|KUBERNETES_TOKEN|INIT_POD_/i);
      const inApp = await run("kubectl", [
        "exec",
        "-n",
        stack.namespace,
        metadata.name,
        "-c",
        "app",
        "--",
        "find",
        "/var/run/",
        "/run/",
        "-name",
        "token*",
      ]);
      expect(inApp.stdout).toBe("");
    }
  });

  test("may read what it waits for, and nothing else", async () => {
    const accounts = (await objects<LivePod>("pods", stack.namespace)).map(({ spec }) => spec.serviceAccountName);
    const restricted = accounts.find((name) => name.startsWith("restricted-reads-")) ?? "";
    expect(restricted).not.toBe("");
    const can = async (what: string[], namespace = stack.namespace): Promise<string> =>
      (
        await run("kubectl", [
          "auth",
          "can-i",
          ...what,
          "-n",
          namespace,
          `--as=system:serviceaccount:${stack.namespace}:${restricted}`,
        ])
      ).stdout.trim();
    expect(await can(["get", "jobs.batch/migrate"])).toBe("yes");
    expect(await can(["get", "pods/serves"], elsewhere)).toBe("yes");
    expect(await can(["list", "endpointslices"])).toBe("yes");
    for (const what of [
      ["get", "jobs.batch/other"],
      ["list", "jobs.batch"],
      ["watch", "jobs.batch/migrate"],
      ["get", "pods/serves"],
      ["get", "secrets"],
      ["get", "endpointslices"],
    ]) {
      expect(await can(what), what.join(" ")).toBe("no");
    }
    for (const what of [
      ["get", "jobs.batch/migrate"],
      ["list", "endpointslices"],
      ["list", "pods"],
    ]) {
      expect(await can(what, elsewhere), what.join(" ")).toBe("no");
    }
  });

  test("reads another object once it waits for that, and the old one no more", async () => {
    await apply(stack.namespace, [job("again", "true")]);
    stack.write(waiting(elsewhere).replaceAll('job: { name: "migrate" }', 'job: { name: "again" }'));
    await stack.pulumi(["preview"]);
    await stack.up();
    const { restricted } = (await stack.outputs()) as Record<string, Log[]>;
    expect(restricted?.[0]?.log.at(-1)).toMatch(/^job again: it has succeeded/);
    await stack.pulumi(["preview", "--expect-no-changes"]);
    const rules = (await objects<{ rules: { resourceNames?: string[] }[] }>("roles", stack.namespace)).map(
      ({ rules }) => rules,
    );
    expect(JSON.stringify(rules)).not.toContain("migrate");
  });

  test("leaves nothing behind when it is destroyed", async () => {
    await stack.destroy();
    const left = await kubectl(["get", "serviceaccounts,roles,rolebindings", "-A", "-o", "name"]);
    expect(left).not.toMatch(/\/(restricted|restricted-no-ids|image)-reads/);
  });
});

describe("a step that waits for what never comes", () => {
  let stack: TestStack;
  beforeAll(async () => {
    const named = (name: string, waitFor: string, more = ""): string =>
      `new InitPod("${name}", { init: [${step(waitFor)}], ${app}, podSpec: { terminationGracePeriodSeconds: 1, ${more} } });`;
    stack = await TestStack.create(`
const { InitPod } = require("init-pod");
${named("job", `job: { name: "breaks" }`)}
${named("pod", `pod: { name: "breaks" }`)}
${named("service", `service: { name: "empty" }, timeoutSeconds: 4`)}
${named("own", `job: { name: "breaks" }`, `serviceAccountName: "mine"`)}
`);
    await apply(stack.namespace, [
      job("breaks", "exit 3"),
      pod("breaks", "exit 4"),
      service("empty", { selector: { app: "nobody" } }),
      { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "mine" } },
    ]);
  });
  afterAll(() => stack.remove());

  test("fails in `up` at once where it can't come any more, at its deadline, and where it may not look", async () => {
    const { code, output, seconds } = await stack.tryUp();
    expect(code).not.toBe(0);
    expect(seconds).toBeLessThan(60);
    const errors = diagnostics(output);
    expect(errors.match(/error:.*init container "wait-for" of Pod/g)).toHaveLength(4);
    expect(errors).toMatch(/Pod \S+\/job-\S+ failed\s+after 1 attempt: exit code 69 \(what it waits for has failed\)/);
    expect(errors).toMatch(
      /\| no longer waiting for job breaks after \d+ s: it has failed: BackoffLimitExceeded: Job has reached/,
    );
    expect(errors).toMatch(
      /\| no longer waiting for pod breaks after \d+ s: it has failed: container main: Error: exit code 4/,
    );
    expect(errors).toMatch(/Pod \S+\/service-\S+ failed\s+after 1 attempt: exit code 124/);
    expect(errors).toMatch(/\| gave up waiting for service empty after [45] s, last seen: no ready endpoint/);
    expect(errors).toMatch(/Pod \S+\/own-\S+ failed\s+after 1 attempt: exit code 77 \(it has no right to read/);
    expect(errors).toContain(`no right to get jobs "breaks" in namespace ${stack.namespace}`);
    expect(errors).toContain(`system:serviceaccount:${stack.namespace}:mine`);
  });

  test("makes no account where the Pod has one of its user's", async () => {
    const names = await kubectl(["get", "serviceaccounts,roles,rolebindings", "-n", stack.namespace, "-o", "name"]);
    expect(names).toMatch(/serviceaccount\/job-reads/);
    expect(names).not.toMatch(/\/own-/);
  });
});
