import type * as pulumi from "@pulumi/pulumi";
import type { ClusterLink } from "./clusterLink";
import type { LastTransform } from "./lastTransform";

/** The InitPod that is at work, as all its stages need it. */
export interface Self {
  /** Name of the Pulumi resource. */
  name: string;
  component: pulumi.ComponentResource;
  link: ClusterLink;
  /** Transforms the Pod after all transforms of the program. */
  lastTransform: LastTransform;
}
