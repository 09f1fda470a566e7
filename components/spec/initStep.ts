import type { core } from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import type { KubernetesFields } from "./kubernetesFields";
import type { Download } from "./steps/download";
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
  /** Kind: take the files of a git repository. */
  gitClone?: GitClone;
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
