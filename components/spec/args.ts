import type { core } from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import type { ForwardProtocol } from "../contract";
import type { KubernetesFields } from "./kubernetesFields";
import type { Download } from "./steps/download";
import type { Run } from "./steps/run";
import type { WaitFor } from "./steps/waitFor";
import type { SecretKey } from "./values";

/** How much a Pod is locked down. */
export const Security = {
  /**
   * What the Pod Security Standard "restricted" asks for, and more: user, group and fsGroup 65532, a read-only root
   * file system with a writable /tmp, no capabilities, no privilege escalation, the runtime's seccomp profile.
   */
  Restricted: "restricted",
  /** The same without user, group and fsGroup ids, for clusters that assign them (OpenShift). */
  RestrictedNoIds: "restricted-no-ids",
  /** Nothing is set: each container runs as its image says. Stock nginx on port 80 needs it, as it starts as root. */
  Image: "image",
} as const;
/**
 * How much a Pod is locked down.
 *
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export type Security = (typeof Security)[keyof typeof Security];

/** When the local URL is served by the forwarder. */
export const ForwardMode = {
  /** Forward, except where CI or PULUMI_CI_SYSTEM is set. */
  Auto: "auto",
  /** Forward everywhere. */
  Always: "always",
  /** Do not forward; the output url is empty. */
  Never: "never",
} as const;
/** When the local URL is served by the forwarder. */
export type ForwardMode = (typeof ForwardMode)[keyof typeof ForwardMode];

/** Which containers of the Pod mount a volume. */
export const MountIn = {
  /** Every init step and the app. */
  All: "all",
  /** The init steps alone. */
  Init: "init",
  /** The app alone. */
  App: "app",
} as const;
/** Which containers of the Pod mount a volume. */
export type MountIn = (typeof MountIn)[keyof typeof MountIn];

/** How a Service is reached. */
export const ServiceType = {
  /** An address inside the cluster. */
  ClusterIP: "ClusterIP",
  /** Also a port on every node. */
  NodePort: "NodePort",
  /** Also an address outside the cluster; InitPod waits until there is one. */
  LoadBalancer: "LoadBalancer",
} as const;
/**
 * How a Service is reached.
 *
 * Source: https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types
 */
export type ServiceType = (typeof ServiceType)[keyof typeof ServiceType];

/**
 * The arguments of InitPod.
 *
 * What decides the shape of the Pod (steps, names, paths, ports) is plain; what fills a leaf of it is an Input, so that
 * an unknown value in a preview blanks one leaf only. All problems of plain values are reported in one error before
 * anything is created; an Output is checked when it resolves.
 */
export interface InitPodArgs {
  /**
   * The init steps. They run in this order, each to its end, before the app starts (a sidecar: until it has started).
   * Default: none.
   *
   * Source: https://kubernetes.io/docs/concepts/workloads/pods/init-containers/
   */
  init?: InitStep[];
  /** The app: the container that runs once every init step has succeeded. */
  container: AppContainer;
  /**
   * Volumes by name (a DNS label of at most 63 characters). A folder that a step writes to needs none: it gets an
   * emptyDir of its own, mounted in every step and, read-only, in the app. Default: none.
   *
   * Source: https://kubernetes.io/docs/concepts/storage/volumes/
   */
  volumes?: Record<string, Volume>;
  /** A Service in front of the Pod; an empty object is a ClusterIP on container.port. Default: no Service. */
  service?: ServiceSettings;
  /** How much the Pod is locked down. Default: "restricted". */
  security?: Security;
  /** How the app is reached from this machine. Default: mode "auto" where container.port is set. */
  forward?: ForwardSettings;
  /** The namespace of the Pod and its Service. Default: the provider's. */
  namespace?: pulumi.Input<string>;
  /**
   * Labels of the Pod and its Service, next to the ones that InitPod sets, or in their place, such as
   * app.kubernetes.io/name. Keys that start with init-pod.dev/ are refused: InitPod finds its Pod by them.
   *
   * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
   */
  labels?: Record<string, pulumi.Input<string>>;
  /**
   * Annotations of the Pod and its Service, next to the ones that InitPod sets. Keys that start with init-pod.dev/, and
   * pulumi.com/waitFor and pulumi.com/skipAwait, are refused: InitPod steers its wait by them.
   */
  annotations?: Record<string, pulumi.Input<string>>;
  /**
   * Seconds that each `up` waits for the Pod to get Ready, counted from when it is there: for one of an earlier `up`, anew.
   * Default: customTimeouts.create, or 600.
   */
  timeoutSeconds?: number;
  /** Failing attempts of a container that are tolerated after the first. Default: 1. */
  retries?: number;
  /**
   * Fields of a Kubernetes PodSpec, merged over everything else: maps deep; lists that Kubernetes merges by a key (such
   * as containers, volumes and env by name, volumeMounts by mountPath, ports by containerPort and protocol) by that key;
   * other lists replace; null removes. A field displaces what can't stay beside it: another handler of a probe, another
   * source of a volume, the value of a variable that gets a valueFrom.
   *
   * Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec
   */
  podSpec?: KubernetesFields<core.v1.PodSpec>;
}

/** One init step. Exactly one kind is set: one of the fields described as "Kind: …". */
export interface InitStep {
  /** Name of the init container: a DNS label, unique in the Pod. Default: the kind (of waitFor: wait-for), then kind-2, kind-3, … */
  name?: string;
  /** Kind: wait for what the app needs. */
  waitFor?: WaitFor;
  /** Kind: fetch a file over HTTP(S). */
  download?: Download;
  /** Kind: run a script or a command. */
  run?: Run;
  /**
   * Kind: a Kubernetes Container as it is. InitPod adds its defaults (security, mounts) where it sets none; merged over
   * them as podSpec is.
   *
   * Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Container
   */
  container?: KubernetesFields<core.v1.Container>;
  /** Image of the init container. Default: the kind's own, pinned; for kind container there is none. */
  image?: pulumi.Input<string>;
  /**
   * Keeps running beside the app (restartPolicy Always); the next step starts as soon as it has started. Not for a kind
   * that ends by itself, as download does. Default: false.
   *
   * Source: https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
   */
  sidecar?: boolean;
  /** Failing attempts that are tolerated after the first. Default: InitPod's retries, and 0 for waitFor. */
  retries?: number;
  /**
   * Environment variables whose values come from Kubernetes Secrets. The value is neither in the Pod nor in Pulumi's
   * state. Refused where the app could see the same key of the same Secret.
   */
  secretEnv?: Record<string, SecretKey>;
  /** Requests and limits. Default: none. */
  resources?: core.v1.ResourceRequirements;
}

/** The app container. */
export interface AppContainer {
  /** Name of the container: a DNS label, unique in the Pod. Default: "app". */
  name?: string;
  /** Image, best with a tag or a digest. */
  image: pulumi.Input<string>;
  /**
   * TCP port that the app listens on, 1 to 65535. It makes the readiness probe, the Service and the URL possible.
   * Default: none, and then the Pod is ready as soon as the app runs.
   */
  port?: number;
  /** Replaces the image's entrypoint. Taken literally: no $(NAME) is expanded. */
  command?: pulumi.Input<string>[];
  /** Replaces the image's arguments. Taken literally: no $(NAME) is expanded. */
  args?: pulumi.Input<string>[];
  /** Environment variables. Values are taken literally: no $(NAME) is expanded. */
  env?: Record<string, pulumi.Input<string>>;
  /** Environment variables whose values come from Kubernetes Secrets. */
  secretEnv?: Record<string, SecretKey>;
  /** HTTP path that answers 200 to 399 once the app is ready. Default: the port only has to accept a connection. */
  readyPath?: pulumi.Input<string>;
  /** Requests and limits. Default: none. */
  resources?: core.v1.ResourceRequirements;
  /** Fields of a Kubernetes Container, merged over the above as podSpec is. */
  container?: KubernetesFields<core.v1.Container>;
}

/**
 * A volume and where it is mounted. At most one of emptyDir, configMap, secret and claim is set; none is an emptyDir.
 * Any other kind: podSpec.volumes, merged by name; its source displaces the one here.
 */
export interface Volume {
  /**
   * Absolute path where it is mounted. A container of plain Kubernetes that mounts this volume itself keeps its own
   * mounts. Default: mounted only by containers that name it.
   */
  mountPath?: string;
  /** Which containers mount it. Default: "all". */
  mountIn?: MountIn;
  /** Whether the app mounts it read-only (steps still write to it). Default: false. */
  readOnly?: boolean;
  /** An empty folder that lives as long as the Pod. */
  emptyDir?: EmptyDir;
  /** Name of a ConfigMap whose keys become files. */
  configMap?: pulumi.Input<string>;
  /** Name of a Secret whose keys become files. */
  secret?: pulumi.Input<string>;
  /** Name of a PersistentVolumeClaim. */
  claim?: pulumi.Input<string>;
}

/**
 * An empty folder that lives as long as the Pod.
 *
 * Source: https://kubernetes.io/docs/concepts/storage/volumes/#emptydir
 */
export interface EmptyDir {
  /** Most that it may hold, a Kubernetes quantity; beyond it the Pod is evicted. Default: "1Gi". */
  sizeLimit?: pulumi.Input<string>;
  /** Keeps it in memory, where it counts against the containers' memory limits. Default: false. */
  memory?: boolean;
}

/** A Service in front of the Pod. */
export interface ServiceSettings {
  /** How it is reached. Default: "ClusterIP". */
  type?: ServiceType;
  /** Port of the Service, 1 to 65535. Default: container.port. */
  port?: number;
  /**
   * Fields of a Kubernetes ServiceSpec, merged over the above: ports by port and protocol, the rest as in podSpec.
   *
   * Source: https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/#ServiceSpec
   */
  spec?: KubernetesFields<core.v1.ServiceSpec>;
}

/** How the app is reached from the machine that runs Pulumi. */
export interface ForwardSettings {
  /** When it is forwarded. Default: "auto". */
  mode?: ForwardMode;
  /** Local port, 1 to 65535. Default: drawn once from 20000 to 29999 and kept for the life of the stack. */
  localPort?: pulumi.Input<number>;
  /** What the app speaks on its port. Default: "http". */
  protocol?: ForwardProtocol;
}

/** What became of one init container. */
export interface InitLog {
  /** Name of the init container. */
  container: string;
  /** Exit code of its last attempt; none for a sidecar that runs. */
  exitCode?: number;
  /** How often it was started again. */
  restarts: number;
  /** The last lines of its log. */
  log: string[];
  /** Whether the log has more lines than these. */
  truncated: boolean;
}
