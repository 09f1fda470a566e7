import type { core } from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import type { ForwardProtocol } from "../contract";
import type { ForwardMode, Security, ServiceType } from "./choices";
import type { GeneratedSecret } from "./generatedSecret";
import type { InitStep } from "./initStep";
import type { KubernetesFields } from "./kubernetesFields";
import type { SecretKey } from "./values";
import type { Volume } from "./volume";

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
   * emptyDir of its own, mounted in every step and, read-only unless container.writes names it, in the app. Default: none.
   *
   * Source: https://kubernetes.io/docs/concepts/storage/volumes/
   */
  volumes?: Record<string, Volume>;
  /**
   * Secrets that are made, by name. They are the keys of one Kubernetes Secret, and steps and the app are given them as other
   * keys, by `secretEnv: { PASSWORD: { key: NAME } }`. Where init-pod was installed by npm, it needs the package
   * `@pulumi/random` beside it. Default: none.
   */
  generate?: Record<string, GeneratedSecret>;
  /** A Service in front of the Pod; an empty object is a ClusterIP on container.port. Default: no Service. */
  service?: ServiceSettings;
  /**
   * How much the Pod is locked down. Where Kubernetes fields of yours break the Pod Security Standard of that level, preview
   * and `up` warn of each, with the level that allows it, and go on. Default: "restricted".
   */
  security?: Security;
  /** How the app is reached from this machine. Default: mode "auto" where container.port is set. */
  forward?: ForwardSettings;
  /**
   * Names of Secrets in the Pod's namespace by which its images are pulled. Default: none, and then those of its service
   * account.
   *
   * Source: https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/
   */
  imagePullSecrets?: pulumi.Input<string>[];
  /**
   * Registry of the steps' default images, HOST[:PORT][/PATH], such as a mirror of the default registry: with
   * mirror.example:5000/hub, curlimages/curl:8.17.0 is pulled as mirror.example:5000/hub/curlimages/curl:8.17.0, and
   * busybox:1.37.0 as mirror.example:5000/hub/library/busybox:1.37.0, the full name of such an image, by which mirrors know
   * it. An image that the arguments name, as the app's, stays as it is. Default: the cluster's default registry.
   *
   * Source: https://goharbor.io/docs/latest/administration/configure-proxy-cache/
   */
  imageRegistry?: pulumi.Input<string>;
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
   * Default: customTimeouts.create, or 600; a minute more than the limits of all steps together, where that is longer.
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
  /**
   * Folders of steps that the app writes to as well, as absolute paths: each is a folder that a step writes to, or lies in
   * one, which is then mounted in the app to write to. Default: none.
   */
  writes?: string[];
  /** HTTP path that answers 200 to 399 once the app is ready. Default: the port only has to accept a connection. */
  readyPath?: pulumi.Input<string>;
  /** Requests and limits. Default: none. */
  resources?: core.v1.ResourceRequirements;
  /** Fields of a Kubernetes Container, merged over the above as podSpec is. */
  container?: KubernetesFields<core.v1.Container>;
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
