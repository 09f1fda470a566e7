import { expect } from "vitest";
import type { ContainerStatus, Pod, PodEvent, RawContainerState } from "../../../../components/cluster/pods/pod.ts";
import { type Failure, failureReport } from "../../../../components/cluster/report/failure.ts";
import { renderForPulumi } from "../../../../components/cluster/report/render/pulumi.ts";
import { plainText } from "../../../../components/text/style.ts";

export const describeFailure = (failure: Failure, style = plainText) => renderForPulumi(failureReport(failure), style);

/** What `security: "restricted"` makes of a container, and of the Pod around it. */
export const restricted = {
  container: {
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
  },
  pod: {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65_532,
      fsGroup: 65_532,
      seccompProfile: { type: "RuntimeDefault" },
    },
  },
} as const;
/** The same without ids. */
export const noIds = {
  ...restricted.pod,
  securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
};

type Status = Partial<ContainerStatus> & { state?: RawContainerState };

interface Description {
  init?: Record<string, Status>;
  app?: Status;
  /** Of its containers, by name. */
  spec?: Record<string, object>;
  /** Of the Pod as a whole. */
  podSpec?: object;
  name?: string;
}

export function podOf({ init = {}, app = {}, spec = {}, podSpec = {}, name = "web-3f2a1b0c" }: Description): Pod {
  const status = ([container, more]: [string, Status]): ContainerStatus => ({
    name: container,
    restartCount: 0,
    ...more,
  });
  return {
    metadata: { name, namespace: "shop", uid: "uid" },
    spec: {
      ...podSpec,
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

export const second = (at: number): string => new Date(Date.parse("2026-01-01T12:00:00Z") + at * 1000).toISOString();
export const ended = (exitCode: number, from = 0, to = 1, more = {}): RawContainerState => ({
  terminated: { exitCode, startedAt: second(from), finishedAt: second(to), ...more },
});
export const waiting = (reason: string, message?: string): RawContainerState => ({ waiting: { reason, message } });
export const warning = (reason: string, message: string, at: number, count = 1): PodEvent => ({
  type: "Warning",
  reason,
  message,
  count,
  lastTimestamp: second(at),
});

export function report(failure: Omit<Failure, "tail"> & { lines?: string[]; truncated?: boolean }): string {
  const { lines = [], truncated = false, ...rest } = failure;
  const text = describeFailure({ ...rest, tail: { lines, truncated }, now: new Date(second(60)) });
  // Pulumi indents a message by four columns, and begins its first line with "error: ".
  for (const [at, line] of text.split("\n").entries()) {
    const isForeign = line.startsWith("  | ") || /^ {4}(kubectl|podSpec|security| {2}--)/.test(line);
    if (!isForeign) expect((at === 0 ? "error: " : "").length + line.length, line).toBeLessThanOrEqual(76);
  }
  return text;
}
