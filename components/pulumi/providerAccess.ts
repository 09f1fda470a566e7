import { existsSync } from "node:fs";
import { homedir } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/api";
import { partsOf } from "../spec/values";

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
  const { kubeconfig, context, cluster, namespace, renderYamlToDirectory } = chosenFor(component);
  return pulumi
    .all([kubeconfig, context, cluster, namespace, renderYamlToDirectory].map(settled))
    .apply(([kubeconfig, context, cluster, namespace, rendered]) =>
      text(rendered) !== undefined
        ? undefined
        : {
            ...kubeconfigOf(text(contentOf(kubeconfig))),
            context: text(context),
            cluster: text(cluster),
            namespace: text(namespace),
          },
    );
}

/**
 * Whether the program's provider or the stack's configuration says which cluster it is. Otherwise it is whichever the
 * kubeconfig's current context leads to. Known in each preview.
 */
export function choosesCluster(component: pulumi.Resource): pulumi.Output<boolean> {
  const provider = providerOf(component);
  const { kubeconfig, context, cluster } = provider ?? configured();
  // What the environment says is nobody's choice: the SDK hands it to each provider that has no kubeconfig of its own.
  const handedOn = provider && process.env.KUBECONFIG;
  const given = Promise.all([kubeconfig, context, cluster].map(rawOf));
  return pulumi.output(
    given.then(
      ([kubeconfig, ...others]) => [kubeconfig === handedOn ? undefined : kubeconfig, ...others].some(isGiven),
      // Whoever asks for the cluster itself tells of a provider that can't be made.
      () => true,
    ),
  );
}

/** Also of a value that is not known yet. */
async function rawOf(value: pulumi.Input<string> | undefined): Promise<unknown> {
  return pulumi.Output.isInstance(value) ? await partsOf(value).promise(true) : await value;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

function chosenFor(component: pulumi.Resource): ProviderOutputs {
  return providerOf(component) ?? configured();
}

function providerOf(component: pulumi.Resource): ProviderOutputs | undefined {
  return component.getProvider("kubernetes:core/v1:Pod") as ProviderOutputs | undefined;
}

/**
 * Takes what a provider leaves out for known in a preview. The SDK takes it for unknown, so that the preview of an unchanged
 * program would know nothing of the cluster; what really is unknown has a value of its own.
 */
function settled(value: pulumi.Input<string> | undefined): pulumi.Input<string> | undefined {
  if (!pulumi.runtime.isDryRun() || !pulumi.Output.isInstance(value)) return value;
  return pulumi.output(rawOf(value).then((raw) => (raw === undefined ? undefined : value))) as pulumi.Output<string>;
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

/** A kubeconfig may be given as an object, which the SDK's types don't declare: `eks.Cluster.kubeconfig` is one. */
function contentOf(kubeconfig: unknown): string | undefined {
  if (kubeconfig === undefined || kubeconfig === null) return undefined;
  return typeof kubeconfig === "string" ? kubeconfig : JSON.stringify(kubeconfig);
}

/** The provider takes a path or the content itself. */
function kubeconfigOf(kubeconfig: string | undefined): Pick<ClusterAccess, "kubeconfig" | "kubeconfigPath"> {
  if (kubeconfig === undefined) return { kubeconfigPath: text(process.env.KUBECONFIG) };
  // As the provider does, since no shell has expanded it.
  const path = kubeconfig.replace(/^~(?=$|\/)/, homedir());
  return existsSync(path) ? { kubeconfigPath: path } : { kubeconfig };
}

function text(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
