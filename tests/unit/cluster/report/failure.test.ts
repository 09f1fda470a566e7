import { describe, expect, test } from "vitest";
import type { ContainerStatus, Pod, PodEvent, RawContainerState } from "../../../../components/cluster/pods/pod.ts";
import { explainExit } from "../../../../components/cluster/report/exitCodes.ts";
import { type Failure, failureReport } from "../../../../components/cluster/report/failure.ts";
import { renderForPulumi } from "../../../../components/cluster/report/render/pulumi.ts";
import { formatDuration } from "../../../../components/text/duration.ts";
import { masker } from "../../../../components/text/mask.ts";
import { plainText, pulumiText } from "../../../../components/text/style.ts";

const describeFailure = (failure: Failure, style = plainText) => renderForPulumi(failureReport(failure), style);

type Status = Partial<ContainerStatus> & { state?: RawContainerState };

interface Description {
  init?: Record<string, Status>;
  app?: Status;
  spec?: Record<string, unknown>;
  name?: string;
}

function podOf({ init = {}, app = {}, spec = {}, name = "web-3f2a1b0c" }: Description): Pod {
  const status = ([container, more]: [string, Status]): ContainerStatus => ({
    name: container,
    restartCount: 0,
    ...more,
  });
  return {
    metadata: { name, namespace: "shop", uid: "uid" },
    spec: {
      initContainers: Object.keys(init).map((container) => ({
        name: container,
        image: "busybox:1.37",
        ...(spec[container] ?? {}),
      })),
      containers: [{ name: "app", image: "nginxinc/nginx-unprivileged:1.29", ...(spec.app ?? {}) }],
    },
    status: {
      initContainerStatuses: Object.entries(init).map(status),
      containerStatuses: [status(["app", app])],
    },
  };
}

const second = (at: number): string => new Date(Date.parse("2026-01-01T12:00:00Z") + at * 1000).toISOString();
const ended = (exitCode: number, from = 0, to = 1, more = {}): RawContainerState => ({
  terminated: { exitCode, startedAt: second(from), finishedAt: second(to), ...more },
});
const waiting = (reason: string, message?: string): RawContainerState => ({ waiting: { reason, message } });
const warning = (reason: string, message: string, at: number, count = 1): PodEvent => ({
  type: "Warning",
  reason,
  message,
  count,
  lastTimestamp: second(at),
});

function report(failure: Omit<Failure, "tail"> & { lines?: string[]; truncated?: boolean }): string {
  const { lines = [], truncated = false, ...rest } = failure;
  const text = describeFailure({ ...rest, tail: { lines, truncated }, now: new Date(second(60)) });
  // Pulumi indents a message by four columns, and begins its first line with "error: ".
  for (const [at, line] of text.split("\n").entries()) {
    const isForeign = line.startsWith("  | ") || /^ {4}(kubectl|podSpec|security| {2}--)/.test(line);
    if (!isForeign) expect((at === 0 ? "error: " : "").length + line.length, line).toBeLessThanOrEqual(76);
  }
  return text;
}

describe("the report of a failure", () => {
  test("with an exit code that is explained, of the second of three steps", () => {
    const pod = podOf({
      init: {
        first: { state: ended(0, 0, 3) },
        fetch: { state: waiting("CrashLoopBackOff"), lastState: ended(22, 10, 12), restartCount: 1 },
        last: { state: waiting("PodInitializing") },
      },
      app: { state: waiting("PodInitializing") },
      spec: { fetch: { image: "curlimages/curl:8.11.0" } },
    });
    const lines = ["fetching http://weather.svc/", "curl: (22) The requested URL returned error: 503"];
    const events = [
      warning("BackOff", "Back-off restarting failed container fetch in pod web-3f2a1b0c_shop(uid)", 20, 3),
      warning("FailedToRetrieveImagePullSecret", "Unable to retrieve some image pull secrets (pull)", 1),
    ];
    expect(
      report({ pod, verdict: { kind: "failed", container: "fetch", reason: "Error", exitCode: 22 }, lines, events }),
    ).toMatchInlineSnapshot(`
      "init container "fetch" of Pod shop/web-3f2a1b0c failed
      after 2 attempts: exit code 22 (curl: the server answered with an error
      status)

        step   state         attempts  time
        first  completed     1         3 s
      > fetch  exit code 22  2         2 s
        last   not started
        app    not started

      Its log:
        | fetching http://weather.svc/
        | curl: (22) The requested URL returned error: 503

      Events:
        FailedToRetrieveImagePullSecret (59 s ago): Unable to retrieve some
          image pull secrets (pull)

      Next:
        Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
        To see more: kubectl logs -n shop web-3f2a1b0c -c fetch
        To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
    `);
  });

  test("of a step that was killed as it used too much memory", () => {
    const pod = podOf({
      init: { load: { state: ended(137, 0, 200, { reason: "OOMKilled" }) } },
      spec: { load: { resources: { limits: { memory: "64Mi" } } } },
    });
    expect(
      report({
        pod,
        verdict: { kind: "failed", container: "load", reason: "OOMKilled", exitCode: 137 },
        lines: ["reading 10 GB into memory"],
        truncated: true,
      }),
    ).toMatchInlineSnapshot(`
      "init container "load" of Pod shop/web-3f2a1b0c failed
      after 1 attempt: exit code 137 (OOMKilled: it used more memory than its
      limit, 64Mi)

      Last lines of its log:
        | reading 10 GB into memory

      What may help:
        Raise resources.limits.memory (now 64Mi), or make it need less.

      Next:
        Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
        To see more: kubectl logs -n shop web-3f2a1b0c -c load
        To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
    `);
  });

  test("of an image that can't be pulled", () => {
    const message =
      'Back-off pulling image "ghcr.io/shop/tool:2": ErrImagePull: failed to pull and unpack image "ghcr.io/shop/tool:2": ' +
      'failed to resolve reference "ghcr.io/shop/tool:2": failed to authorize: failed to fetch anonymous token: unexpected ' +
      "status from GET request to https://ghcr.io/token?scope=repository%3Ashop%2Ftool%3Apull&service=ghcr.io: 403 Forbidden";
    const pod = podOf({
      init: { tool: { state: waiting("ImagePullBackOff", message) } },
      spec: { tool: { image: "ghcr.io/shop/tool:2" } },
    });
    expect(report({ pod, verdict: { kind: "failed", container: "tool", reason: "ImagePullBackOff", message } }))
      .toMatchInlineSnapshot(`
        "init container "tool" of Pod shop/web-3f2a1b0c failed:
        its image can't be pulled (ImagePullBackOff): failed to pull and unpack
        image "ghcr.io/shop/tool:2": failed to resolve reference
        "ghcr.io/shop/tool:2": failed to authorize: failed to fetch anonymous token:
        unexpected status from GET request to
        https://ghcr.io/token?scope=repository%3Ashop%2Ftool%3Apull&service=ghcr.io:
        403 Forbidden

        What may help:
          If the image exists, the cluster needs a pull secret for its registry:
            kubectl create secret docker-registry pull -n shop \\
              --docker-server=ghcr.io --docker-username=NAME --docker-password=PASSWORD
          and the Pod must name it:
            podSpec: { imagePullSecrets: [{ name: "pull" }] }

        Next:
          Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
          To see more: kubectl describe pod -n shop web-3f2a1b0c
          To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
      `);
  });

  test("of a Secret that is missing for a variable", () => {
    const message = 'secret "api-token" not found';
    const pod = podOf({ init: { ask: { state: waiting("CreateContainerConfigError", message) } } });
    expect(
      report({ pod, verdict: { kind: "failed", container: "ask", reason: "CreateContainerConfigError", message } }),
    ).toMatchInlineSnapshot(`
      "init container "ask" of Pod shop/web-3f2a1b0c failed:
      it can't be configured (CreateContainerConfigError): secret "api-token" not
      found

      What may help:
        Create the Secret "api-token" in namespace shop, in this program or by
        hand:
          kubectl create secret generic api-token -n shop --from-literal=KEY=VALUE

      Next:
        Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
        To see more: kubectl describe pod -n shop web-3f2a1b0c
        To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
    `);
  });

  test("of an image that runs as root where that is not allowed", () => {
    const message =
      'container has runAsNonRoot and image will run as root (pod: "web-3f2a1b0c_shop(8a0d)", container: app)';
    const pod = podOf({
      app: { state: waiting("CreateContainerConfigError", message) },
      spec: { app: { image: "nginx:1.29" } },
    });
    expect(
      report({ pod, verdict: { kind: "failed", container: "app", reason: "CreateContainerConfigError", message } }),
    ).toMatchInlineSnapshot(`
      "container "app" of Pod shop/web-3f2a1b0c failed:
      it can't be configured (CreateContainerConfigError): container has
      runAsNonRoot and image will run as root

      What may help:
        "nginx:1.29" runs as root, or as a user that it gives by name. Name a
        number that it works with:
          podSpec: { securityContext: { runAsUser: 1000 } }
        or let each image decide, root included:
          security: "image"

      Next:
        Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
        To see more: kubectl describe pod -n shop web-3f2a1b0c
        To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
    `);
  });

  test("of a Pod that no node can take", () => {
    const message =
      "0/3 nodes are available: 1 Insufficient memory, 2 node(s) had untolerated taint {gpu: true}. preemption: 0/3 nodes " +
      "are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.";
    const pod: Pod = { metadata: podOf({}).metadata, spec: {}, status: { phase: "Pending" } };
    const events = [warning("FailedScheduling", message, 1)];
    expect(report({ pod, verdict: { kind: "failed", reason: "Unschedulable", message }, events }))
      .toMatchInlineSnapshot(`
      "Pod shop/web-3f2a1b0c failed:
      no node can take it (Unschedulable): 0/3 nodes are available: 1 Insufficient
      memory, 2 node(s) had untolerated taint {gpu: true}. preemption: 0/3 nodes
      are available: 1 No preemption victims found for incoming pod, 2 Preemption
      is not helpful for scheduling.

      What may help:
        Lower resources.requests, or add a node: a Pod needs room for the larger
        of its largest init step and its app.
        Add podSpec.tolerations for the nodes' taints.

      Next:
        Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
        To see more: kubectl describe pod -n shop web-3f2a1b0c
        To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
    `);
  });

  test("of a missing executable", () => {
    const message =
      "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable " +
      'to start container process: error during container init: exec: "migrate": executable file not found in $PATH';
    const pod = podOf({ init: { migrate: { state: ended(128, 0, 0, { reason: "StartError", message }) } } });
    expect(report({ pod, verdict: { kind: "failed", container: "migrate", reason: "StartError", message } }))
      .toMatchInlineSnapshot(`
      "init container "migrate" of Pod shop/web-3f2a1b0c failed:
      it can't be started (StartError): exec: "migrate": executable file not found
      in $PATH

      What may help:
        The command is not in "busybox:1.37": check the command, its path, and the
        image. A minimal image may have no shell.

      Next:
        Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
        To see more: kubectl describe pod -n shop web-3f2a1b0c
        To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
    `);
  });

  test("of an app that crash-loops after good init steps, and runs again now", () => {
    const pod = podOf({
      init: { first: { state: ended(0, 0, 3725) }, proxy: { state: { running: { startedAt: second(2) } } } },
      app: { state: { running: { startedAt: second(57) } }, lastState: ended(139, 4, 6), restartCount: 2 },
      spec: { proxy: { restartPolicy: "Always" } },
    });
    expect(report({ pod, verdict: { kind: "failed", container: "app", reason: "Error", exitCode: 139 }, lines: [] }))
      .toMatchInlineSnapshot(`
        "container "app" of Pod shop/web-3f2a1b0c failed
        after 2 attempts: exit code 139 (crashed with a segmentation fault)

          step             state      attempts  time
          first            completed  1         1 h 2 m
          proxy (sidecar)  running    1         58 s
        > app              running    3         3 s

        It logged nothing.

        Next:
          Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
          To see more: kubectl logs -n shop web-3f2a1b0c -c app --previous
          To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
      `);
  });

  test("of an app whose readiness probe doesn't pass", () => {
    const pod = podOf({
      init: { first: { state: ended(0) } },
      app: { state: { running: { startedAt: second(2) } } },
      spec: { app: { ports: [{ containerPort: 8080 }] } },
    });
    const probe =
      'Readiness probe failed: Get "http://10.0.0.7:8080/": dial tcp 10.0.0.7:8080: connect: connection refused';
    expect(
      report({
        pod,
        verdict: { kind: "failed", container: "app", reason: "Timeout", message: "not Ready after 60 s" },
        lines: ["listening on 127.0.0.1:8080"],
        events: [
          warning("Unhealthy", probe, 50, 30),
          warning("Unhealthy", probe, 58, 2),
          { type: "Normal", reason: "Pulled" },
        ],
      }),
    ).toMatchInlineSnapshot(`
      "container "app" of Pod shop/web-3f2a1b0c failed:
      Timeout: not Ready after 60 s

        step   state      attempts  time
        first  completed  1         1 s
      > app    running    1         58 s

      Its log:
        | listening on 127.0.0.1:8080

      Events:
        Unhealthy ×32 (2 s ago): Readiness probe failed: Get
          "http://10.0.0.7:8080/": dial tcp 10.0.0.7:8080: connect: connection re…

      What may help:
        It runs, but its readiness probe does not pass: does the app listen on
        port 8080 of all addresses, not of 127.0.0.1 alone? Does readyPath answer
        200 to 399? If it only needs more time, raise timeoutSeconds.

      Next:
        Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
        To see more: kubectl logs -n shop web-3f2a1b0c -c app
        To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
    `);
  });

  test("of an evicted Pod, whose times kubelet has lost", () => {
    const pod = podOf({
      init: {
        first: { state: { terminated: { exitCode: 0, startedAt: null, finishedAt: null } } },
        second: {
          state: { terminated: { exitCode: 137, reason: "ContainerStatusUnknown", startedAt: null, finishedAt: null } },
        },
      },
    });
    const message = 'Usage of EmptyDir volume "data" exceeds the limit "1Gi". ';
    expect(report({ pod, verdict: { kind: "failed", reason: "Evicted", message } })).toMatchInlineSnapshot(`
      "Pod shop/web-3f2a1b0c failed:
      the node evicted it (Evicted): Usage of EmptyDir volume "data" exceeds the
      limit "1Gi".

        step    state        attempts  time
        first   completed    1
        second  lost         1
        app     not started

      What may help:
        Raise emptyDir.sizeLimit of that volume (1Gi by default), or write less to
        it.

      Next:
        Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
        To see more: kubectl describe pod -n shop web-3f2a1b0c
        To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
    `);
  });

  test("of a program that meets a default of `restricted`", () => {
    const pod = podOf({ init: { write: { state: ended(1) } } });
    expect(
      report({
        pod,
        verdict: { kind: "failed", container: "write", reason: "Error", exitCode: 1 },
        lines: ["sh: can't create /etc/x: Read-only file system"],
      }),
    ).toMatchInlineSnapshot(`
      "init container "write" of Pod shop/web-3f2a1b0c failed
      after 1 attempt: exit code 1

      Its log:
        | sh: can't create /etc/x: Read-only file system

      What may help:
        The root file system is read-only by default: write to /tmp or to a
        volume, or let the image decide:
          security: "image"

      Next:
        Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
        To see more: kubectl logs -n shop web-3f2a1b0c -c write
        To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
    `);
  });
});

describe("a report", () => {
  test("keeps to 80 columns whatever Kubernetes says, and however long names are", () => {
    const name = `${"w".repeat(50)}-3f2a1b0c`;
    const message = `${"a-word-that-has-no-end".repeat(30)} ${"and more of them ".repeat(100)}`;
    const pod = podOf({
      name,
      init: {
        [`s${"t".repeat(60)}ep`]: { state: ended(0) },
        second: { state: waiting("CreateContainerError", message) },
      },
    });
    const text = report({
      pod,
      verdict: { kind: "failed", container: "second", reason: "CreateContainerError", message },
      events: [1, 2, 3, 4, 5].map((at) => warning("Failed", `${at} ${message}`, at)),
    });
    expect(text).toContain("Failed (55 s ago): 5");
    expect(text).not.toContain("Failed (58 s ago)");
    expect(text.split("\n").length).toBeLessThan(30);
  });

  test("breaks its first line between container and Pod where both don't fit", () => {
    const pod = podOf({ name: `${"w".repeat(40)}-3f2a1b0c`, init: { one: { state: ended(1) } } });
    const text = report({ pod, verdict: { kind: "failed", container: "one", reason: "Error", exitCode: 1 } });
    expect(text.split("\n").slice(0, 3)).toEqual([
      'init container "one"',
      `of Pod shop/${"w".repeat(40)}-3f2a1b0c failed`,
      "after 1 attempt: exit code 1",
    ]);
  });

  test("of a Pod that is gone leads to its events, as there is nothing else to look at", () => {
    const pod = podOf({ init: { one: { state: { running: {} } } } });
    const text = report({ pod, verdict: { kind: "failed", reason: "Deleted", message: "the Pod is being deleted" } });
    expect(text).toContain("kubectl get events -n shop --field-selector involvedObject.name=web-3f2a1b0c");
  });

  test("leaves out events that say nothing new", () => {
    const cause = 'failed to pull and unpack image "tool:2": not found';
    const message = `Back-off pulling image "tool:2": ErrImagePull: rpc error: code = NotFound desc = ${cause}`;
    const pod = podOf({ init: { one: { state: waiting("ImagePullBackOff", message) } } });
    const events = [
      warning("Failed", `Failed to pull image "tool:2": rpc error: code = NotFound desc = ${cause}`, 1),
      warning("Failed", "Error: ErrImagePull", 2),
      warning("Failed", "Error: ImagePullBackOff", 3),
      warning("BackOff", "Back-off restarting failed container one in pod web_shop(uid)", 4),
    ];
    const text = report({
      pod,
      verdict: { kind: "failed", container: "one", reason: "ImagePullBackOff", message },
      events,
    });
    expect(text).not.toContain("Events:");
  });

  test("shows no secret, in a message, an event or last words, also where it would be cut", () => {
    const mask = masker(["s3cr3t-value-of-a-token"]);
    const message = `${"x ".repeat(215)}s3cr3t-value-of-a-token\nlast: s3cr3t-value-of-a-token`;
    const pod = podOf({ init: { one: { state: ended(1, 0, 1, { message }) } } });
    for (const exitCode of [1, undefined]) {
      const text = describeFailure({
        pod,
        verdict: { kind: "failed", container: "one", reason: "Error", exitCode, message },
        tail: { lines: [], truncated: false, gone: true },
        events: [warning("Failed", `${"x".repeat(100)} s3cr3t-value-of-a-token`, 1)],
        mask,
      });
      expect(text).not.toContain("s3cr3t");
      expect(text.replace(/\s/g, "")).toContain("[secret]");
    }
  });

  test("has no escape sequence and no colour directive of anybody else's", () => {
    const message = "\u001b[31mred\u001b[0m <{%nonsense%}>";
    const pod = podOf({ init: { one: { state: waiting("CreateContainerError", message) } } });
    const verdict = { kind: "failed", container: "one", reason: "CreateContainerError", message } as const;
    const text = report({
      pod,
      verdict,
      events: [warning("Failed", message, 1), warning("Failed", `more ${message}`, 1)],
    });
    expect(text).not.toContain("\u001b");
    expect(text).not.toContain("<{%");
  });

  test("in colour is the same text, with Pulumi's directives, which begin and end on one line", () => {
    const pod = podOf({ init: { one: { state: ended(0) }, two: { state: ended(7) } } });
    const failure: Failure = {
      pod,
      verdict: { kind: "failed", container: "two", reason: "Error", exitCode: 7 },
      tail: { lines: ["no flag"], truncated: false },
    };
    const coloured = describeFailure(failure, pulumiText);
    expect(coloured.replace(/<\{%(bold|fg 1|reset)%\}>/g, "")).toBe(describeFailure(failure));
    for (const line of coloured.split("\n")) {
      expect(line.match(/<\{%reset%\}>/g)?.length).toBe(line.match(/<\{%(bold|fg 1)%\}>/g)?.length);
    }
  });

  test.each([
    ["manifest unknown: not found", "Check that"],
    ["401 Unauthorized", "imagePullSecrets"],
    ["toomanyrequests: You have reached your pull rate limit", "limits anonymous pulls"],
    ["no match for platform in manifest", "not built for the CPU"],
    ["tls: failed to verify certificate: x509", "certificate authority"],
    ["dial tcp: lookup registry.example: no such host", "can't reach the registry"],
  ])("of a pull that failed with %j says what may help: %s", (message, advice) => {
    const pod = podOf({ init: { one: { state: waiting("ErrImagePull", message) } } });
    const verdict = { kind: "failed", container: "one", reason: "ErrImagePull", message } as const;
    expect(report({ pod, verdict }).replace(/\s+/g, " ")).toContain(advice);
  });

  test.each([
    ["CreateContainerConfigError", 'configmap "flags" not found', "kubectl create configmap flags -n shop"],
    ["CreateContainerConfigError", "couldn't find key token in Secret shop/api", "kubectl describe secret api -n shop"],
    [
      "FailedMount",
      'MountVolume.SetUp failed for volume "c" : configmap "flags" not found',
      "kubectl create configmap flags",
    ],
    ["FailedMount", 'persistentvolumeclaim "data" not found', 'PersistentVolumeClaim "data"'],
    ["FailedMount", "references non-existent secret key: a.txt", 'key "a.txt"'],
    ["InvalidImageName", "couldn't parse image name", "REGISTRY/NAME:TAG"],
    ["Evicted", "The node was low on resource: ephemeral-storage.", "disk"],
    ["Evicted", "The node was low on resource: memory.", "requests.memory"],
    ["Unschedulable", "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.", "nodeSelector"],
    ["Unschedulable", "pod has unbound immediate PersistentVolumeClaims", "storage class"],
    ["DeadlineExceeded", "Pod was active on the node longer than the specified deadline", "activeDeadlineSeconds"],
    ["OutOfcpu", "Node didn't have enough resource: cpu", "another one is chosen"],
    ["FailedCreate", "pods is forbidden: exceeded quota: small", "quota"],
  ])("of %s with %j says what may help: %s", (reason, message, advice) => {
    const text = report({ pod: podOf({ init: { one: {} } }), verdict: { kind: "failed", reason, message } });
    expect(text.replace(/\s+/g, " ")).toContain(advice);
  });
});

test.each([
  [126, "not executable"],
  [127, "not found"],
  [139, "segmentation fault"],
  [143, "SIGTERM"],
])("exit code %i is explained for any image: %s", (code, text) => {
  expect(explainExit(code)).toContain(text);
});

test("curl's exit codes are explained for curl alone", () => {
  expect(explainExit(6, "curlimages/curl:8")).toContain("resolved");
  expect(explainExit(6, "busybox")).toBeUndefined();
});

test.each([
  [0, "< 1 s"],
  [1_234, "1.2 s"],
  [12_900, "12 s"],
  [59_999, "59 s"],
  [200_000, "3 m 20 s"],
  [7_500_000, "2 h 5 m"],
])("%i ms are written as %j", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
