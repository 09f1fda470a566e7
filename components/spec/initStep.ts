import type { core } from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import type { KubernetesFields } from "./kubernetesFields";
import type { CopyFromImage } from "./steps/copyFromImage";
import type { Credentials } from "./steps/credentials";
import type { Download } from "./steps/download";
import type { Files } from "./steps/files";
import type { GitClone } from "./steps/gitClone";
import type { Run } from "./steps/run";
import type { WaitFor } from "./steps/waitFor";
import type { SecretKey } from "./values";

/** One init step. Exactly one kind is set: one of the fields described as "Kind: …". */
export interface InitStep {
  /** Name of the init container: a DNS label, unique in the Pod. Default: the kind (of waitFor: wait-for), then kind-2, kind-3, … */
  name?: string;
  /** Kind: wait for what the app needs. */
  waitFor?: WaitFor;
  /** Kind: fetch a file over HTTP(S). */
  download?: Download;
  /** Kind: fetch credentials that the app is to have, by others that it is not to have. */
  credentials?: Credentials;
  /** Kind: write files. */
  files?: Files;
  /** Kind: take the files of a git repository. */
  gitClone?: GitClone;
  /** Kind: copy a file or a folder out of an image. */
  copyFromImage?: CopyFromImage;
  /** Kind: run a script or a command. */
  run?: Run;
  /**
   * Kind: a Kubernetes Container as it is. InitPod adds its defaults (security, mounts) where it sets none; merged over
   * them as podSpec is.
   *
   * Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Container
   */
  container?: KubernetesFields<core.v1.Container>;
  /**
   * Image of the init container. Refused for a copyFromImage by "cp", which runs the image that it copies from. Default: the
   * kind's own, pinned; for kind container there is none.
   */
  image?: pulumi.Input<string>;
  /**
   * Keeps running beside the app (restartPolicy Always); the next step starts as soon as it has started. Not for a kind
   * that ends by itself, as download does. Default: false.
   *
   * Source: https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
   */
  sidecar?: boolean;
  /** Only with sidecar: when it has started, so that the next step does. Default: as soon as its process runs. */
  startWhen?: StartWhen;
  /** Failing attempts that are tolerated after the first. Default: InitPod's retries, and 0 for waitFor. */
  retries?: number;
  /**
   * Seconds that one attempt may take, of a sidecar: until it has started; then `up` fails, whatever retries says. Nothing
   * stops the attempt: it goes on until the next `up` makes the Pod anew, which that does where the step is still overdue,
   * or until the Pod is deleted. Refused where InitPod's timeoutSeconds are fewer. Default: none for run and
   * container, 60 with startWhen; 60 for files, 300 for copyFromImage; the others end by themselves, by the timeoutSeconds of
   * their own, and have 15 more.
   *
   * Source: https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#detailed-behavior
   */
  timeoutSeconds?: number;
  /**
   * Environment variables whose values come from Kubernetes Secrets. The value is neither in the Pod nor in Pulumi's
   * state. Refused where the app could see the same key of the same Secret.
   */
  secretEnv?: Record<string, SecretKey>;
  /** Requests and limits. Default: none. */
  resources?: core.v1.ResourceRequirements;
  /**
   * Fields of a Kubernetes SecurityContext, merged as podSpec is over what InitPod's security says of this container.
   * Default: none.
   *
   * Source: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
   */
  securityContext?: KubernetesFields<core.v1.SecurityContext>;
}

/**
 * When a sidecar has started: exactly one of port and command is set. It is asked each second, by a startup probe, of which a
 * step of kind container may say more. Where that does not pass within the step's timeoutSeconds, `up` fails, and kubelet
 * starts the container again a few seconds later.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/probes/#startup-probe
 */
export interface StartWhen {
  /** TCP port that accepts connections, 1 to 65535, on all addresses: kubelet asks the Pod's, never 127.0.0.1. */
  port?: number;
  /** Command in the container that ends with 0, within 3 seconds. Taken literally: no $(NAME) is expanded. */
  command?: pulumi.Input<string>[];
}
