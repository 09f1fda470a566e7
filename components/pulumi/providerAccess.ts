import { existsSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/api";

/** Outputs of a kubernetes provider, which the SDK's types don't declare. */
type ProviderOutputs = Partial<
  Record<"kubeconfig" | "context" | "cluster" | "namespace" | "renderYamlToDirectory", pulumi.Input<string>>
>;

/**
 * The cluster that `component`'s Pod is created in: that of its provider, else of the `kubernetes:*` configuration, else of
 * the environment, as everywhere in Pulumi. `undefined` where the provider renders YAML into a folder instead.
 * Source: https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/
 */
export function accessOf(component: pulumi.Resource): pulumi.Output<ClusterAccess | undefined> {
  const { kubeconfig, context, cluster, namespace, renderYamlToDirectory } =
    (component.getProvider("kubernetes:core/v1:Pod") as ProviderOutputs | undefined) ?? configured();
  return pulumi
    .all([kubeconfig, context, cluster, namespace, renderYamlToDirectory].map(settled))
    .apply(([kubeconfig, context, cluster, namespace, rendered]) =>
      text(rendered) !== undefined
        ? undefined
        : {
            ...kubeconfigOf(text(kubeconfig)),
            context: text(context),
            cluster: text(cluster),
            namespace: text(namespace),
          },
    );
}

/**
 * Takes what a provider leaves out for known in a preview. The SDK takes it for unknown, so that the preview of an unchanged
 * program would know nothing of the cluster; what really is unknown has a value of its own.
 */
function settled(value: pulumi.Input<string> | undefined): pulumi.Input<string> | undefined {
  if (!pulumi.runtime.isDryRun() || !pulumi.Output.isInstance(value)) return value;
  const { promise } = value as unknown as { promise: (withUnknowns: boolean) => Promise<unknown> };
  return pulumi.output(promise(true).then((raw) => (raw === undefined ? undefined : value))) as pulumi.Output<string>;
}

function configured(): ProviderOutputs {
  const config = new pulumi.Config("kubernetes");
  return {
    kubeconfig: config.getSecret("kubeconfig"),
    context: config.get("context"),
    cluster: config.get("cluster"),
    namespace: config.get("namespace"),
    renderYamlToDirectory: config.get("renderYamlToDirectory"),
  };
}

/** The provider takes a path or the content itself. */
function kubeconfigOf(kubeconfig: string | undefined): Pick<ClusterAccess, "kubeconfig" | "kubeconfigPath"> {
  if (kubeconfig === undefined) return { kubeconfigPath: text(process.env.KUBECONFIG) };
  return existsSync(kubeconfig) ? { kubeconfigPath: kubeconfig } : { kubeconfig };
}

function text(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
