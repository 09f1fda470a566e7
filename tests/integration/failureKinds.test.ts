import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { graceSeconds } from "../../components/cluster/graces.ts";
import { eventually } from "./support/machine.ts";
import { images } from "./support/programs.ts";
import type { Finished } from "./support/run.ts";
import { diagnostics, kubectl, objects, TestStack } from "./support/stack.ts";

interface Kind {
  name: string;
  /** Arguments of an InitPod that can't get Ready, as JavaScript. */
  args: string;
  /** What the error must say of who is at fault, and of why. */
  says: RegExp[];
  /** Seconds that it may take on top of those of a failure that is final at once. */
  grace?: number;
}

/** Generous: all kinds fail side by side on two cores, and a wait that hung would take ten minutes. */
const promptSeconds = 45;
const deadlineSeconds = 20;

const init = (name: string, script: string, more = ""): string =>
  `{ name: "${name}", image: "${images.busybox}", run: { script: ${JSON.stringify(script)} }, ${more} }`;

const kinds: Kind[] = [
  {
    name: "exit-1",
    args: `{ init: [${init("fine", "true")}, ${init("broken", "exit 1")}] }`,
    says: [/"broken"/, /exit code 1\b/],
  },
  {
    name: "out-of-memory",
    args: `{ init: [${init("greedy", "exec tail /dev/zero", `resources: { limits: { memory: "16Mi" } }`)}] }`,
    says: [/"greedy"/, /exit code 137/, /memory/],
  },
  {
    name: "missing-executable",
    args: `{ init: [{ name: "missing", container: { image: "${images.busybox}", command: ["no-such-program"] } }] }`,
    says: [/"missing"/, /no-such-program/, /executable file not found/],
  },
  {
    name: "bad-image-name",
    // Given as an argument of a step it would be refused before anything is created.
    args: `{ init: [${init("misnamed", "true")}], podSpec: { initContainers: [{ name: "misnamed", image: "Bad Name" }] } }`,
    says: [/"misnamed"/, /InvalidImageName/],
  },
  {
    name: "unpullable-image",
    args: `{ init: [{ name: "unpullable", container: { image: "sandbox.local/no-such-image:1" } }] }`,
    says: [/"unpullable"/, /ErrImagePull|ImagePullBackOff/, /no-such-image/],
    grace: graceSeconds.imagePull,
  },
  {
    name: "missing-secret",
    args: `{ init: [${init("secretive", "true", `secretEnv: { KEY: { secret: "no-such-secret", key: "k" } }`)}] }`,
    says: [/"secretive"/, /CreateContainerConfigError/, /no-such-secret/],
    grace: graceSeconds.missingConfig,
  },
  {
    name: "missing-config-map",
    args: `{ init: [${init("fine", "true")}], volumes: { settings: { configMap: "no-such-map", mountPath: "/settings" } } }`,
    says: [/FailedMount/, /no-such-map/],
    grace: graceSeconds.missingConfig,
  },
  {
    name: "runs-as-root",
    args: `{ init: [${init("rooted", "true")}], security: "restricted-no-ids" }`,
    says: [/"rooted"/, /CreateContainerConfigError/, /runAsNonRoot/],
  },
  {
    name: "unschedulable",
    args: `{ init: [${init("fine", "true")}], podSpec: { nodeSelector: { "example.com/no-such-label": "x" } } }`,
    says: [/Unschedulable/, /node/],
    grace: graceSeconds.unschedulable,
  },
  {
    name: "sidecar-crash-loop",
    args: `{ init: [${init("aside", "exit 9", "sidecar: true")}, ${init("fine", "sleep 3600")}], podSpec: { terminationGracePeriodSeconds: 1 } }`,
    says: [/"aside"/, /exit code 9/],
  },
  {
    name: "second-under-never",
    args: `{ init: [${init("first", "true")}, ${init("second", "exit 4")}], podSpec: { restartPolicy: "Never" } }`,
    says: [/"second"/, /exit code 4/],
  },
  {
    name: "app-crash-loop",
    args: `{ init: [${init("fine", "true")}], container: { name: "app", image: "${images.busybox}", port: 8080, command: ["sh", "-c", "exit 2"] } }`,
    says: [/"app"/, /exit code 2/],
  },
  {
    name: "never-ready",
    args: `{ init: [${init("fine", "true")}], container: { name: "app", image: "${images.unprivileged}", port: 8081 }, timeoutSeconds: ${deadlineSeconds} }`,
    says: [/"app"/, /readiness probe/],
    grace: deadlineSeconds,
  },
  {
    name: "deleted",
    args: `{ init: [${init("endless", "sleep 3600")}], podSpec: { terminationGracePeriodSeconds: 1 } }`,
    says: [/Deleted|deleted/],
  },
];

/** A program with one InitPod per kind, each with a ConfigMap that depends on it. */
function programOf(failing: readonly Pick<Kind, "name" | "args">[]): string {
  return `
const k8s = require("@pulumi/kubernetes");
const { InitPod } = require("init-pod");
const container = { image: "${images.unprivileged}", port: 8080 };
const forward = { mode: "never" };
for (const [name, args] of [${failing.map(({ name, args }) => `["${name}", ${args}]`).join(",\n")}]) {
  const pod = new InitPod(name, { container, forward, ...args });
  new k8s.core.v1.ConfigMap("after-" + name, { data: { key: "value" } }, { dependsOn: [pod] });
  exports[name] = pod.podName;
}
`;
}

/** The errors that pulumi sums up for a Pod at the end, each as one line. */
function errorsOf(output: string, name: string): string[] {
  const blocks = diagnostics(output).split(/^ {2}(?=\S+ \(\S+\):)/m);
  return blocks
    .filter((block) => block.includes(`:Pod (${name}):`))
    .flatMap((block) => block.split("error: ").slice(1))
    .map((error) => error.replaceAll(/\s+/g, " "));
}

async function dependents(namespace: string): Promise<string[]> {
  const maps = await objects<{ metadata: { name: string } }>("configmaps", namespace);
  return maps.map(({ metadata }) => metadata.name).filter((name) => name.startsWith("after-"));
}

interface Pod {
  metadata: { name: string };
  status: { initContainerStatuses?: { name: string; state?: { running?: object } }[] };
}

/** Deletes the Pod whose init container `container` runs, as somebody else might. */
async function deleteOnceRunning(namespace: string, container: string): Promise<void> {
  const isRunning = ({ status }: Pod): boolean =>
    status.initContainerStatuses?.some(({ name, state }) => name === container && state?.running) ?? false;
  let name: string | undefined;
  const found = await eventually(async () => {
    name = (await objects<Pod>("pods", namespace)).find(isRunning)?.metadata.name;
    return name !== undefined;
  }, promptSeconds);
  if (found) await kubectl(["delete", "pod", String(name), "-n", namespace, "--wait=false"]);
}

describe("one `up` in which every Pod fails in a way of its own", () => {
  let stack: TestStack;
  let finished: Finished;
  /** Seconds until the error of an InitPod was shown, by its name. */
  const shownAfter = new Map<string, number>();

  beforeAll(async () => {
    stack = await TestStack.create(programOf(kinds));
    const start = performance.now();
    let output = "";
    const watchOutput = (text: string): void => {
      output += text;
      for (const { name } of kinds) {
        if (shownAfter.has(name) || !new RegExp(`Pod ${name} .*error:`).test(output)) continue;
        shownAfter.set(name, (performance.now() - start) / 1000);
      }
    };
    [finished] = await Promise.all([
      stack.tryUp({ onOutput: watchOutput }),
      deleteOnceRunning(stack.namespace, "endless"),
    ]);
  });
  afterAll(() => stack.remove());

  test("ends with an exit code that is not 0, soon after the longest grace", () => {
    expect(finished.code).not.toBe(0);
    expect(finished.seconds).toBeLessThan(graceSeconds.unschedulable + promptSeconds);
  });

  test("shows one error for each of them and no other, without a stack trace", () => {
    expect(diagnostics(finished.output).match(/error:/g)).toHaveLength(kinds.length);
    expect(finished.output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  });

  test("creates nothing that depends on one of them", async () => {
    expect(await dependents(stack.namespace)).toEqual([]);
  });

  test.for(kinds)("$name: the error says who is at fault and why", ({ name, says }) => {
    const errors = errorsOf(finished.output, name);
    expect(errors).toHaveLength(1);
    for (const text of says) expect(errors[0]).toMatch(text);
  });

  test.for(kinds)("$name: the error is shown as soon as it is certain", ({ name, grace = 0 }) => {
    expect(shownAfter.get(name)).toBeGreaterThan(grace);
    expect(shownAfter.get(name)).toBeLessThan(grace + promptSeconds);
  });
});

describe("a Pod that the API server refuses", () => {
  const refusals = [
    {
      name: "a quota that is exceeded",
      prepare: async (namespace: string) => {
        await kubectl(["create", "quota", "none", "--hard=pods=0", "-n", namespace]);
        await kubectl(["wait", "quota/none", "-n", namespace, "--for=jsonpath={.status.hard.pods}=0", "--timeout=30s"]);
      },
      args: `{ init: [${init("fine", "true")}] }`,
      says: /exceeded quota: none/,
    },
    {
      name: "a namespace that admits no such container",
      prepare: async (namespace: string) => {
        await kubectl(["label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted"]);
      },
      args: `{ init: [${init("fine", "true")}], podSpec: { initContainers: [
        { name: "fine", securityContext: { capabilities: { add: ["SYS_ADMIN"] } } },
      ] } }`,
      says: /violates PodSecurity "restricted:latest": .*container "fine" .*SYS_ADMIN/,
    },
  ];

  test.for(refusals)("because of $name ends `up` with that one error", async ({ prepare, args, says }) => {
    const stack = await TestStack.create(programOf([{ name: "refused", args }]));
    try {
      await prepare(stack.namespace);
      const { code, output, seconds } = await stack.tryUp();
      expect(code).not.toBe(0);
      expect(seconds).toBeLessThan(promptSeconds);
      expect(errorsOf(output, "refused").join()).toMatch(says);
      // The second one is the engine's own last word.
      expect(diagnostics(output).match(/error: (?!update failed)/g)).toHaveLength(1);
      expect(await dependents(stack.namespace)).toEqual([]);
    } finally {
      await stack.remove();
    }
  });
});
