import { describe, expect, test } from "vitest";
import type { Pod } from "../../../../components/cluster/pods/pod.ts";
import { failureReport } from "../../../../components/cluster/report/failure.ts";
import { manifest } from "../../../../components/spec/manifest/manifest.ts";
import { problemsOf } from "../../../../components/spec/validation/problemsOf.ts";
import { noIds, podOf, restricted, waiting } from "./failedPod.ts";

// Advice is held against what the Pod says already: what it says can't help, and what would be overruled neither.

interface Case {
  reason: string;
  message: string;
  /** Fields of the app. */
  app?: object;
  podSpec?: object;
  state?: object;
}

function advice({ reason, message, app = {}, podSpec = {}, state = waiting(reason, message) }: Case): string {
  const pod: Pod = podOf({ app: { state }, spec: { app }, podSpec });
  const report = failureReport({
    pod,
    verdict: { kind: "failed", container: "app", reason, message },
    tail: { lines: [], truncated: false },
  });
  return report.advice.map(({ text, command }) => `${text} ${command ?? ""}`).join("\n");
}

/** The arguments in a piece of advice, as InitPod takes them. */
function argumentsIn(text: string): Record<string, unknown> {
  return JSON.parse(`{${text.replace(/(\w+):/g, '"$1":')}}`) as Record<string, unknown>;
}

describe("advice against a user that may not be", () => {
  const broken = "container's runAsUser breaks non-root policy";
  const rooted = "container has runAsNonRoot and image will run as root";
  const config = { reason: "CreateContainerConfigError" };

  test("does not name another user for the Pod where the container names root", () => {
    const text = advice({
      ...config,
      message: broken,
      app: { securityContext: { ...restricted.container.securityContext, runAsUser: 0 } },
      podSpec: restricted.pod,
    });

    expect(text).not.toContain("podSpec: { securityContext");
    expect(text).toContain('podSpec: { containers: [{ name: "app", securityContext: { runAsNonRoot: false } }] }');
  });

  test("does not let the image decide where the container forbids root by itself", () => {
    const own = { securityContext: { ...restricted.container.securityContext, runAsNonRoot: true } };

    expect(advice({ ...config, message: rooted, app: own, podSpec: noIds })).not.toContain('security: "baseline"');
    expect(advice({ ...config, message: rooted, app: restricted.container, podSpec: noIds })).toContain(
      'security: "baseline"',
    );
  });

  test("names the user for the container where the Pod's would be overruled", () => {
    const own = { securityContext: { ...restricted.container.securityContext, runAsUser: 33 } };
    const text = advice({ ...config, message: rooted, app: own, podSpec: noIds });

    expect(text).toContain('podSpec: { containers: [{ name: "app", securityContext: { runAsUser: 1000 } }] }');
  });

  test("is an argument that lets the Pod start", () => {
    const rootedApp = { image: "app:1", container: { securityContext: { runAsUser: 0 } } };
    const [command = ""] =
      /podSpec: .*$/m.exec(
        advice({ ...config, message: broken, app: { securityContext: { runAsUser: 0 } }, podSpec: restricted.pod }),
      ) ?? [];
    const args = argumentsIn(command);

    expect(problemsOf({ container: rootedApp })).toHaveLength(1);
    expect(problemsOf({ container: rootedApp, ...args })).toEqual([]);
  });
});

describe("advice against a pull that is refused", () => {
  const denied = { reason: "ErrImagePull", message: "401 Unauthorized" };

  test("does not ask for a pull secret where the Pod names one", () => {
    const text = advice({ ...denied, podSpec: { imagePullSecrets: [{ name: "corp" }] } });

    expect(text).toContain("kubectl get secret -n shop corp");
    expect(text).not.toContain("create secret");
    expect(
      advice({ ...denied, message: "toomanyrequests", podSpec: { imagePullSecrets: [{ name: "corp" }] } }),
    ).not.toContain("create secret");
  });
});

describe("advice against nodes that can't take it", () => {
  const taint = { reason: "Unschedulable", message: "1 node(s) had untolerated taint {a: b}" };
  const always = [{ key: "node.kubernetes.io/not-ready" }, { key: "node.kubernetes.io/unreachable" }];

  test("knows the Pod's tolerations from those that each Pod gets", () => {
    expect(advice({ ...taint, podSpec: { tolerations: always } })).toContain("Add podSpec.tolerations");
    expect(advice({ ...taint, podSpec: { tolerations: [...always, { key: "gpu" }] } })).toContain(
      "None of the Pod's tolerations fits",
    );
  });

  test("does not ask to leave out a hostPort where the whole network is the host's", () => {
    const ports = { reason: "Unschedulable", message: "1 node(s) didn't have free ports for the requested pod ports" };

    expect(advice({ ...ports, podSpec: { hostNetwork: true } })).toContain("With hostNetwork");
    expect(advice(ports)).toContain("leave it out");
  });
});

describe("advice against an eviction", () => {
  const full = 'Usage of EmptyDir volume "init-tmp" exceeds the limit "256Mi". ';

  test("raises the limit of each volume, one that InitPod made by itself too", () => {
    const text = advice({ reason: "Evicted", message: full });
    const { volumes } = manifest({
      init: [{ run: { script: "true" } }],
      container: { image: "a" },
      ...argumentsIn(/podSpec: .*$/m.exec(text)?.[0] ?? ""),
    }).podSpec as unknown as { volumes: { name: string; emptyDir: object }[] };

    expect(volumes.find(({ name }) => name === "init-tmp")?.emptyDir).toEqual({ sizeLimit: "4Gi" });
  });

  test.each([
    "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ",
    'Container app exceeded its local ephemeral storage limit "1Gi". ',
  ])("tells a limit of its own from a node's full disk: %s", (message) => {
    expect(advice({ reason: "Evicted", message })).toContain('resources.limits["ephemeral-storage"]');
  });
});

describe("advice against a container that is out of memory", () => {
  test("names the Pod's limit where the container has none", () => {
    const pod = podOf({ podSpec: { resources: { limits: { memory: "64Mi" } } } });
    const { advice: list } = failureReport({
      pod,
      verdict: { kind: "failed", container: "app", reason: "OOMKilled", exitCode: 137 },
      tail: { lines: [], truncated: false },
    });

    expect(list.map(({ text }) => text)).toEqual([
      "Raise podSpec.resources.limits.memory (now 64Mi, for all containers), or make it need less.",
    ]);
  });
});

describe("advice against an app that never gets ready", () => {
  const late = { reason: "Timeout", message: "not Ready after 60 s", state: { running: {} } };

  test.each([
    [{ exec: { command: ["pg_isready", "-q"] } }, "does `pg_isready -q` end with 0"],
    [{ grpc: { port: 9000 } }, "gRPC's health check on port 9000"],
    [
      { httpGet: { path: "/up", port: 9000 } },
      "port 9000 of all addresses, not of 127.0.0.1 alone? Does /up answer 200",
    ],
    [{ httpGet: { port: "web" } }, "port 8080 of all addresses, not of 127.0.0.1 alone? Does / answer 200"],
    [{ tcpSocket: { port: 9000 } }, "port 9000 of all addresses"],
  ])("asks what its probe asks: %j", (readinessProbe, expected) => {
    const app = { ports: [{ containerPort: 8080, name: "web" }], readinessProbe };
    const text = advice({ ...late, app });

    expect(text).toContain(expected);
    if (!("httpGet" in readinessProbe)) expect(text).not.toContain("200");
    if (!("httpGet" in readinessProbe || "tcpSocket" in readinessProbe)) expect(text).not.toContain("127.0.0.1");
  });

  test("asks what the startup probe asks first", () => {
    const app = { readinessProbe: { tcpSocket: { port: 1 } }, startupProbe: { exec: { command: ["started"] } } };

    expect(advice({ ...late, app })).toContain("`started`");
  });

  test("speaks of more time alone where it has no probe, or does not run", () => {
    const more = "If it only needs more time, raise timeoutSeconds. ";

    expect(advice(late)).toBe(more);
    expect(
      advice({ ...late, state: waiting("ContainerCreating"), app: { readinessProbe: { tcpSocket: { port: 1 } } } }),
    ).toBe(more);
  });
});

test("advice against a file that may not be executed names the user that it runs as", () => {
  const start = { reason: "RunContainerError", message: "exec: permission denied" };

  expect(advice({ ...start, podSpec: restricted.pod })).toContain("user 65532");
  expect(advice({ ...start, podSpec: { securityContext: { runAsUser: 7 } } })).toContain("user 7,");
  expect(advice(start)).not.toContain("65532");
});
