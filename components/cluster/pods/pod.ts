/** The fields of Kubernetes objects that are read here, as the API sends them (times are strings). */

export interface Pod {
  metadata: ObjectMeta;
  spec?: PodSpec;
  status?: PodStatus;
}

export interface PodSpec {
  restartPolicy?: string;
  initContainers?: ContainerSpec[];
  containers?: ContainerSpec[];
  nodeName?: string;
  hostNetwork?: boolean;
  automountServiceAccountToken?: boolean;
  enableServiceLinks?: boolean;
  imagePullSecrets?: { name?: string }[];
  tolerations?: { key?: string }[];
  securityContext?: {
    runAsUser?: number;
    runAsNonRoot?: boolean;
    fsGroup?: number;
    seccompProfile?: { type?: string };
  };
  resources?: { limits?: Record<string, string> };
  volumes?: { name: string; image?: { reference?: string } }[];
}

export interface ObjectMeta {
  name: string;
  namespace: string;
  uid: string;
  /** Counts the changes of the spec, from 1. */
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  finalizers?: string[];
  resourceVersion?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface ContainerSpec {
  name: string;
  image?: string;
  command?: string[];
  args?: string[];
  /** On an init container, `Always` makes it a restartable one (a sidecar). */
  restartPolicy?: string;
  restartPolicyRules?: RestartPolicyRule[];
  resources?: { limits?: Record<string, string> };
  ports?: { containerPort?: number; name?: string }[];
  env?: { name: string }[];
  envFrom?: unknown[];
  volumeMounts?: VolumeMount[];
  securityContext?: SecurityContext;
  readinessProbe?: Probe;
  startupProbe?: Probe;
  livenessProbe?: Probe;
}

export interface VolumeMount {
  name: string;
  mountPath: string;
  subPath?: string;
  readOnly?: boolean;
}

export interface SecurityContext {
  runAsUser?: number;
  runAsNonRoot?: boolean;
  allowPrivilegeEscalation?: boolean;
  readOnlyRootFilesystem?: boolean;
  capabilities?: { add?: string[]; drop?: string[] };
}

export interface Probe {
  exec?: { command?: string[] };
  grpc?: { port?: number };
  httpGet?: { path?: string; port?: number | string };
  tcpSocket?: { port?: number | string };
}

/** What a container's exit code leads to, whatever its `restartPolicy` says. */
export interface RestartPolicyRule {
  /** `Restart` or `RestartAllContainers`. */
  action: string;
  exitCodes?: { operator: string; values?: number[] };
}

export interface PodStatus {
  phase?: string;
  reason?: string;
  message?: string;
  startTime?: string;
  conditions?: PodCondition[];
  initContainerStatuses?: ContainerStatus[];
  containerStatuses?: ContainerStatus[];
}

export interface PodCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

export interface ContainerStatus {
  name: string;
  restartCount: number;
  ready?: boolean;
  started?: boolean;
  containerID?: string;
  state?: RawContainerState;
  lastState?: RawContainerState;
}

export interface RawContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: TerminatedState;
}

export interface TerminatedState {
  exitCode: number;
  signal?: number;
  reason?: string;
  message?: string;
  startedAt?: string | null;
  finishedAt?: string | null;
  containerID?: string;
}

/** A core/v1 event about a Pod. */
export interface PodEvent {
  type?: string;
  reason?: string;
  message?: string;
  count?: number;
  /** `fieldPath`: the container that it is about, as `spec.initContainers{NAME}`. */
  involvedObject?: { uid?: string; fieldPath?: string };
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  eventTime?: string | null;
}

/** When an event was last seen, in milliseconds of Unix time; 0 where it does not say. */
export function lastSeenMs({ lastTimestamp, eventTime }: PodEvent): number {
  return Date.parse(lastTimestamp ?? eventTime ?? "") || 0;
}

/** Path by which kubelet sees whether what listens on `port` is ready; undefined where it asks none. */
export function readinessPath(spec: PodSpec | undefined, port: number): string | undefined {
  for (const { ports = [], readinessProbe } of spec?.containers ?? []) {
    const { path, port: asked } = readinessProbe?.httpGet ?? {};
    const isNamed = ports.some(({ name, containerPort }) => name === asked && containerPort === port);
    if (path !== undefined && (Number(asked) === port || isNamed)) return path;
  }
  return undefined;
}

export function conditionOf(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

export function isReady(pod: Pod): boolean {
  return conditionOf(pod, "Ready")?.status === "True";
}

/** Transition times have whole seconds, so a Pod's first status may seem to be one second younger than the Pod. */
const roundingMs = 1_000;

/**
 * Whether a Pod that is not Ready now was so before: `Ready` is false from the start on, and a later transition can only
 * be one from true to false.
 */
export function hasBeenReady(pod: Pod): boolean {
  const ready = conditionOf(pod, "Ready");
  if (ready?.status === "True") return true;
  const transition = Date.parse(ready?.lastTransitionTime ?? "");
  return transition > Date.parse(pod.status?.startTime ?? "") + roundingMs;
}

/** Whether the Pod has ended for good: kubelet never starts its containers again. */
export function hasEnded(pod: Pod): boolean {
  return pod.status?.phase === "Failed" || pod.status?.phase === "Succeeded";
}

export function isDeleting({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/**
 * Whether an object is being deleted in the foreground, as Pulumi deletes. The mark goes before the object does.
 * Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/#foreground-deletion
 */
export function isDeletedInForeground({ metadata }: Pick<Pod, "metadata">): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes("foregroundDeletion") === true;
}

/** Whether new connections may go to the Pod. */
export function isServing(pod: Pod): boolean {
  return isReady(pod) && !isDeleting(pod);
}

/** What a container is for: an `init` one ends before the next starts, a `sidecar` is a restartable init container. */
export type ContainerRole = "init" | "sidecar" | "app";

export function roleOf({ spec, status }: Pod, container: string): ContainerRole {
  const isIt = ({ name }: { name: string }): boolean => name === container;
  const init = spec?.initContainers?.find(isIt);
  return init !== undefined || status?.initContainerStatuses?.some(isIt) === true ? roleOfInit(init) : "app";
}

export function roleOfInit(spec: ContainerSpec | undefined): "init" | "sidecar" {
  return spec?.restartPolicy === "Always" ? "sidecar" : "init";
}

/** All containers that the status shows, in the order in which they start. */
export function statusesOf({ status }: Pod): ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}
