import * as pulumi from "@pulumi/pulumi";

/**
 * Warns where the Pod has no random suffix to its name, as under `pulumi:autonaming` with mode verbatim or by a transform.
 * Source: https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
 */
export function warnOfVerbatimName(name: string, pod: pulumi.Resource, podName: pulumi.Output<string>): void {
  podName.apply((actual) => {
    if (actual !== name) return;
    void pulumi.log.warn(
      `The Pod is called "${name}", without a suffix, so each change deletes it before its successor is made, and nothing ` +
        "serves meanwhile. Leave naming to Pulumi: no pulumi:autonaming verbatim for this stack, and no transform of the name.",
      pod,
    );
  });
}
