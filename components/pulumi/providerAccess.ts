import { existsSync } from "node:fs";
import { homedir } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/api";
import { partsOf } from "../spec/values";
import { rawOf, unknown } from "./known";

/** The outputs of a kubernetes provider that tell its cluster; the SDK's types don't declare them. */
export const clusterOutputs = ["kubeconfig", "context", "cluster", "namespace", "renderYamlToDirectory"] as const;

type ProviderOutputs = Partial<Record<(typeof clusterOutputs)[number], pulumi.Input<string>>>;

/**
 * The cluster that `component`'s Pod is created in: that of its provider, else of the `kubernetes:*` configuration, else of
 * the environment, as everywhere in Pulumi. `undefined` where the provider renders YAML into a folder instead; unknown in a
 * preview of a provider whose cluster is yet to be made.
 * Source: https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/
 */
export async function accessOf(component: pulumi.Resource): Promise<ClusterAccess | undefined> {
  const { kubeconfig, context, cluster, namespace, renderYamlToDirectory } = chosenFor(component);
  const given = await Promise.all([kubeconfig, context, cluster, namespace, renderYamlToDirectory].map(settled));
  if (given.some(pulumi.isUnknown)) return unknown;
  const [content, ...texts] = given;
  const [ofContext, ofCluster, ofNamespace, rendered] = texts.map(text);
  if (rendered !== undefined) return undefined;
  return {
    ...kubeconfigOf(text(contentOf(content))),
    context: ofContext,
    cluster: ofCluster,
    namespace: ofNamespace,
  };
}

/**
 * Whether the program's provider or the stack's configuration says which cluster it is. Otherwise it is whichever the
 * kubeconfig's current context leads to. Known in each preview.
 */
export async function choosesCluster(component: pulumi.Resource): Promise<boolean> {
  const provider = providerOf(component);
  const { kubeconfig, context, cluster } = provider ?? configured();
  // What the environment says is nobody's choice: the SDK hands it to each provider that has no kubeconfig of its own.
  const handedOn = provider && process.env.KUBECONFIG;
  try {
    const [config, ...others] = await Promise.all([kubeconfig, context, cluster].map(rawOf));
    return [config === handedOn ? undefined : config, ...others].some(isGiven);
  } catch {
    // Whoever asks for the cluster itself tells of a provider that can't be made.
    return true;
  }
}

/**
 * Takes what a provider leaves out for known in a preview. The SDK takes it for unknown, so that the preview of an unchanged
 * program would know nothing of the cluster; what really is unknown has a value of its own.
 */
async function settled(value: pulumi.Input<string> | undefined): Promise<string | undefined> {
  const raw = await rawOf(value);
  if (raw === undefined || !pulumi.Output.isInstance(value)) return raw;
  return (await partsOf(value).isKnown) ? raw : unknown;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

function chosenFor(component: pulumi.Resource): ProviderOutputs {
  return providerOf(component) ?? configured();
}

/** Whether the program gives it a provider, which goes by nothing of the stack's configuration. */
export function hasProvider(component: pulumi.Resource): boolean {
  return providerOf(component) !== undefined;
}

function providerOf(component: pulumi.Resource): ProviderOutputs | undefined {
  return component.getProvider("kubernetes:core/v1:Pod") as ProviderOutputs | undefined;
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
