import type * as pulumi from "@pulumi/pulumi";
import type { MountIn } from "./choices";

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
  /**
   * What is mounted of it, a path in it: relative, without "..". Files of a ConfigMap or Secret that are mounted so don't
   * change when that does. Default: all of it.
   *
   * Source: https://kubernetes.io/docs/concepts/storage/volumes/#using-subpath
   */
  subPath?: string;
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
  /**
   * With configMap or secret: the keys that become files, each with its path in the volume, relative and without "..". No
   * other key is there, nor counts as given to who mounts it. Default: all keys, each as a file of its name.
   */
  items?: Record<string, string>;
  /**
   * With configMap or secret: octal permissions of the files, such as "0400". Where the Pod has an fsGroup, as by default,
   * that group can read them all the same. Default: "0644".
   *
   * Source: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-the-security-context-for-a-pod
   */
  mode?: string;
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
