import { images } from "./programs.ts";

export interface Kind {
  name: string;
  /** Arguments of an InitPod that can't get Ready, as JavaScript. */
  args: string;
  /** What the error must say of who is at fault, and of why. */
  says: RegExp[];
  /** What may pass before it is taken for a failure; nothing where it is final at once. */
  grace?: "imagePull" | "missingConfig" | "unschedulable" | "deadline";
}

/** Of the kind whose failure is only known then. */
export const deadlineSeconds = 20;

/** A step that runs a script. */
export const init = (name: string, script: string, more = ""): string =>
  `{ name: "${name}", image: "${images.busybox}", run: { script: ${JSON.stringify(script)} }, ${more} }`;

/** What keeps a Pod from getting Ready, each as an InitPod that shows it. */
export const kinds: Kind[] = [
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
    name: "memory-volume",
    args: `{
      volumes: { scratch: { mountPath: "/scratch", emptyDir: { memory: true } } },
      init: [${init("filler", "dd if=/dev/zero of=/scratch/large bs=1M count=64", `resources: { limits: { memory: "32Mi" } }`)}],
    }`,
    says: [/"filler"/, /exit code 137/, /memory/],
  },
  {
    name: "out-of-memory-but-0",
    args: `{ init: [${init("greedy", "tail /dev/zero || true", `resources: { limits: { memory: "32Mi" } }`)}] }`,
    says: [/"greedy"/, /exit code 0, but OOMKilled/, /limit, 32Mi/],
  },
  {
    name: "last-words",
    args: `{ init: [${init("migrate", "echo schema 7 is too old > /dev/termination-log; echo giving up; exit 3")}] }`,
    says: [/"migrate"/, /Its log: \| giving up/, /Its last words: \| schema 7 is too old/],
  },
  {
    name: "image-volume",
    args: `{ init: [${init("fine", "true")}], podSpec: {
      volumes: [{ name: "data", image: { reference: "sandbox.local/no-such-data:1" } }],
      initContainers: [{ name: "fine", volumeMounts: [{ name: "data", mountPath: "/data" }] }],
    } }`,
    says: [/"fine"/, /the image of its volume "data" can't be pulled/, /no-such-data/],
    grace: "imagePull",
  },
  {
    name: "missing-executable",
    args: `{ init: [${init("fine", "true")}, { name: "missing", container: { image: "${images.busybox}", command: ["no-such-program"] } }] }`,
    says: [/"missing"/, /no-such-program/, /executable file not found/],
  },
  {
    name: "unpullable-image",
    args: `{ init: [{ name: "unpullable", container: { image: "sandbox.local/no-such-image:1" } }] }`,
    says: [/"unpullable"/, /ErrImagePull|ImagePullBackOff/, /no-such-image/],
    grace: "imagePull",
  },
  {
    name: "missing-secret",
    args: `{ init: [${init("secretive", "true", `secretEnv: { KEY: { secret: "no-such-secret", key: "k" } }`)}] }`,
    says: [/"secretive"/, /CreateContainerConfigError/, /no-such-secret/],
    grace: "missingConfig",
  },
  {
    name: "missing-config-map",
    args: `{ init: [${init("fine", "true")}], volumes: { settings: { configMap: "no-such-map", mountPath: "/settings" } } }`,
    says: [/FailedMount/, /no-such-map/],
    grace: "missingConfig",
  },
  {
    name: "runs-as-root",
    args: `{ init: [${init("rooted", "true")}], security: "restricted-no-ids" }`,
    says: [/"rooted"/, /CreateContainerConfigError/, /runAsNonRoot/],
  },
  {
    name: "unschedulable",
    args: `{ init: [${init("fine", "true")}], podSpec: { nodeSelector: { "example.com/no-such-label": "x" } } }`,
    says: [/Unschedulable/, /of 1 node: 1 without what its nodeSelector/],
    grace: "unschedulable",
  },
  {
    name: "sidecar-crash-loop",
    args: `{ init: [${init("aside", "exit 9", "sidecar: true")}, ${init("fine", "sleep 3")}], podSpec: { terminationGracePeriodSeconds: 1 } }`,
    says: [/"aside"/, /exit code 9/],
  },
  {
    name: "sidecar-killed-by-its-probe",
    args: `{ init: [${init("aside", "trap 'exit 0' TERM; while true; do sleep 0.2; done", "sidecar: true")}], podSpec: { initContainers: [
      { name: "aside", startupProbe: { httpGet: { path: "/", port: 8099 }, periodSeconds: 1, failureThreshold: 2 } },
    ] } }`,
    says: [/"aside"/, /killed, as its startup probe fails: .*connection refused/, /startupProbe/],
  },
  {
    name: "under-never-beside-a-sidecar",
    args: `{ init: [${init("aside", "trap 'exit 3' TERM; while true; do sleep 0.2; done", "sidecar: true")}, ${init("second", "exit 4")}], podSpec: { restartPolicy: "Never" } }`,
    says: [/"second"/, /exit code 4/],
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
    name: "read-only-root",
    args: `{ init: [${init("writer", "touch /etc/x")}] }`,
    says: [/"writer"/, /root file system is read-only by default/, /security: "baseline"/],
  },
  {
    name: "silent",
    args: `{ init: [${init("silent", "until [ -f /var/run/secrets/kubernetes.io/serviceaccount/namespace ]; do sleep 1; done")}], timeoutSeconds: ${deadlineSeconds} }`,
    says: [/"silent"/, /still running/, /automountServiceAccountToken: true/],
    grace: "deadline",
  },
  {
    name: "never-ready",
    args: `{ init: [${init("fine", "true")}], container: { name: "app", image: "${images.unprivileged}", port: 8081 }, timeoutSeconds: ${deadlineSeconds} }`,
    says: [/"app"/, /readiness probe/],
    grace: "deadline",
  },
  {
    name: "deleted",
    args: `{ init: [${init("endless", "sleep 3600")}], podSpec: { terminationGracePeriodSeconds: 1 } }`,
    says: [/Deleted|deleted/],
  },
];

/** A program with one InitPod per kind, each with a ConfigMap that depends on it. */
export function programOf(failing: readonly Pick<Kind, "name" | "args">[]): string {
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
