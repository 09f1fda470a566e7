import { describe, expect, test } from "vitest";
import type { ContainerStatus, Pod } from "../../../../components/cluster/pods/pod.ts";
import { verdict } from "../../../../components/cluster/verdict/verdict.ts";
import { tolerate } from "../tolerate.ts";

// A sidecar that has ended more often than is tolerated, while the rest of the Pod does this and that.

const at = (second: number): string => new Date(Date.parse("2026-01-01T12:00:00Z") + second * 1_000).toISOString();
const initialized = 100;

const exited = (from: number) => ({ exitCode: 1, reason: "Error", startedAt: at(from), finishedAt: at(from + 2) });
const sidecars = {
  waits: (from: number): Partial<ContainerStatus> => ({
    state: { waiting: { reason: "CrashLoopBackOff" } },
    lastState: { terminated: exited(from) },
  }),
  ended: (from: number): Partial<ContainerStatus> => ({ state: { terminated: exited(from) } }),
  runs: (from: number): Partial<ContainerStatus> => ({
    state: { running: { startedAt: at(from + 3) } },
    lastState: { terminated: exited(from) },
  }),
};

const later = {
  "runs an init container": { init: { state: { running: {} } } },
  "tries an init container again": {
    init: { state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: { terminated: { exitCode: 0 } } },
  },
  "has not come to its init container": { init: { state: { waiting: { reason: "PodInitializing" } } } },
  "pulls the app's image": {
    init: { state: { terminated: { exitCode: 0 } } },
    app: { state: { waiting: { reason: "ContainerCreating" } } },
  },
  "waits for the app": { init: { state: { terminated: { exitCode: 0 } } }, app: { state: { running: {} } } },
  "has all else ready": {
    init: { state: { terminated: { exitCode: 0 } } },
    app: { state: { running: {} }, ready: true },
  },
} satisfies Record<string, { init: Partial<ContainerStatus>; app?: Partial<ContainerStatus> }>;

function podOf(sidecar: Partial<ContainerStatus>, what: keyof typeof later): Pod {
  const { init, app = { state: { waiting: { reason: "PodInitializing" } } } } = later[what] as {
    init: Partial<ContainerStatus>;
    app?: Partial<ContainerStatus>;
  };
  const status = (name: string, more: Partial<ContainerStatus>): ContainerStatus => ({
    name,
    restartCount: 0,
    ...more,
  });
  const hasApp = app.state?.running !== undefined;
  return {
    metadata: { name: "web", namespace: "shop", uid: "u" },
    spec: {
      initContainers: [{ name: "aside", restartPolicy: "Always" }, { name: "init" }],
      containers: [{ name: "app" }],
    },
    status: {
      conditions: [
        { type: "PodScheduled", status: "True" },
        { type: "Initialized", status: hasApp ? "True" : "False", lastTransitionTime: at(hasApp ? initialized : 0) },
      ],
      initContainerStatuses: [status("aside", { restartCount: 3, ...sidecar }), status("init", init)],
      containerStatuses: [status("app", app)],
    },
  };
}

const before = initialized - 10;
const after = initialized + 10;

describe.for<[keyof typeof later, keyof typeof sidecars, number, Partial<ContainerStatus>, boolean]>([
  ["runs an init container", "waits", before, {}, false],
  ["runs an init container", "ended", before, {}, false],
  ["runs an init container", "runs", before, { started: true, ready: true }, false],
  ["tries an init container again", "waits", before, {}, false],
  ["has not come to its init container", "waits", before, {}, true],
  ["has not come to its init container", "ended", before, {}, true],
  ["has not come to its init container", "runs", before, { started: false }, true],
  ["has not come to its init container", "runs", before, { started: true }, false],
  ["pulls the app's image", "waits", before, {}, false],
  ["waits for the app", "waits", before, {}, false],
  ["waits for the app", "waits", after, {}, true],
  ["waits for the app", "ended", after, {}, true],
  ["waits for the app", "runs", after, { started: true, ready: false }, true],
  ["waits for the app", "runs", after, { started: true, ready: true }, false],
  ["has all else ready", "waits", before, {}, true],
  ["has all else ready", "ended", before, {}, true],
  ["has all else ready", "runs", before, { started: true, ready: false }, false],
  ["has all else ready", "runs", after, { started: true, ready: false }, true],
])("where the Pod %s, a sidecar that %s since %i s", ([what, shape, from, more, fails]) => {
  const pod = podOf({ ...sidecars[shape](from), ...more }, what);

  test(fails ? "is what it waits for, and has failed" : "is not what it waits for", () => {
    const judged = verdict(pod, [], { retries: tolerate(1), mustServe: true, seenSeconds: 0 });
    expect(judged.kind === "failed" ? judged.container : undefined).toBe(fails ? "aside" : undefined);
  });
});
