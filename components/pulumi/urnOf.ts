import type * as pulumi from "@pulumi/pulumi";
import { rawOf } from "./known";

/**
 * The URN of a resource. As an Output it carries a dependency on the resource; on a component, that stands for all its
 * children: one that took it would wait for itself.
 */
export async function urnOf(resource: pulumi.Resource): Promise<string> {
  return await rawOf(resource.urn);
}
