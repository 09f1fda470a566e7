import * as pulumi from "@pulumi/pulumi";

/**
 * The URN of a component for use in its own children. `component.urn` itself carries a dependency on the component, which
 * stands for all its children: one that took it would wait for itself.
 */
export function ownUrn(component: pulumi.ComponentResource): pulumi.Output<string> {
  return pulumi.output(new Promise<string>((resolve) => void component.urn.apply(resolve)));
}
