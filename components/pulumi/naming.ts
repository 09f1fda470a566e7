import * as pulumi from "@pulumi/pulumi";
import { mayBeTransformed } from "./lastTransform";

/**
 * Whether the objects of a component may get other names than Pulumi makes from its own: by transforms, as far as they are
 * seen in this process, or by a pattern of `pulumi:autonaming`.
 */
export function mayBeNamed(component: pulumi.Resource, { transforms = [] }: pulumi.ComponentResourceOptions): boolean {
  // In a plugin, for a program of another language, nothing is seen.
  const isSeen = pulumi.runtime.getStackResource() !== undefined && mayBeTransformed(component);
  return isSeen || transforms.length > 0 || new pulumi.Config("pulumi").get("autonaming") !== undefined;
}
