import type { core } from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import type { Leaves } from "../environment";
import type { Problem, SecretKey } from "../values";

/** A Kubernetes Container in the making. */
export type Container = Partial<core.v1.Container>;

/** What a kind that ends by itself is given beyond its time, so that its own last words are heard first. */
export const graceSeconds = 15;

/** A volume that one container alone mounts. */
export interface OwnVolume {
  /** What follows the container's name in that of the volume. */
  readonly suffix: string;
  readonly mountPath: string;
  /** The file or folder of it that is mounted. Default: all of it. */
  readonly subPath?: string;
  readonly source: Omit<core.v1.Volume, "name">;
}

/** What a step reads of the cluster. */
export interface ClusterRead {
  /** "" for the core group. */
  readonly apiGroup: string;
  readonly resource: string;
  readonly verb: "get" | "list";
  /** The one object. Default: all of the namespace, as a list can't be restricted. */
  readonly name?: pulumi.Input<string>;
  /** Default: the InitPod's. */
  readonly namespace?: pulumi.Input<string>;
}

/** What a kind of step makes of its arguments: all that the manifest and the validation need to know of it. */
export interface StepPlan {
  /** Image that is used where the step names none. */
  readonly image?: string;
  /** Whether its container names its image by itself, so that the step may name none. */
  readonly ownImage?: boolean;
  /** Name that the arguments give to the container by themselves. */
  readonly name?: string;
  /** Whether it can go on beside the app. A kind that ends by itself can't. */
  readonly canBeSidecar: boolean;
  /** Failing attempts tolerated after the first, where the step does not say it. Default: InitPod's retries. */
  readonly retries?: number;
  /** Seconds that an attempt may take, where the step does not say it. Default: none. */
  readonly timeoutSeconds?: number;
  /** Paths that it writes; the folder of each becomes a volume. */
  readonly writes: readonly string[];
  /** Paths of secret files that it writes; the folder of each becomes a volume in memory, for this step and the app alone. */
  readonly secretWrites?: readonly string[];
  /** Paths of its image that it reads, by the field that names each: no volume may be mounted over one. */
  readonly imagePaths?: Readonly<Record<string, string>>;
  /** Names of the environment variables that it is given. */
  readonly variables: readonly string[];
  /** Secrets that it is given, by the field that gives them. */
  readonly secrets: Readonly<Record<string, SecretKey>>;
  /** What is wrong with its plain arguments, which stand at `field`. */
  problems(field: string): Problem[];
  /**
   * Its container, without what all steps have in common. Only for arguments without problems, which stand at `field`;
   * `leaves` checks Outputs when they resolve.
   */
  container(field: string, leaves: Leaves): Container;
  /** Volumes that its container alone mounts. As for `container`; `user` is the id that the Pod runs as, where it sets one. */
  volumes?(field: string, leaves: Leaves, user?: number): OwnVolume[];
  /** What it reads of the cluster, with the token that such a volume gives it. As for `container`. */
  reads?(field: string, leaves: Leaves): ClusterRead[];
  /** Kubernetes fields that are merged over everything else. */
  readonly raw?: Readonly<Record<string, unknown>>;
}
