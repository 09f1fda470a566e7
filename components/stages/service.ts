import type { Service } from "@pulumi/kubernetes/core/v1";
import type { core } from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { isPlain } from "../spec/values";

/** Annotations of the Service: the user's, and how the provider waits for it. */
export function serviceAnnotations(
  { type }: core.v1.ServiceSpec,
  annotations: Record<string, pulumi.Input<string>> = {},
): pulumi.Input<Record<string, pulumi.Input<string>>> {
  // As an Output, the whole map would be unknown where one annotation is.
  if (isPlain(type)) return { ...annotations, ...waitAnnotation(type) };
  return pulumi.output(type).apply((known) => ({ ...annotations, ...waitAnnotation(known) }));
}

/**
 * The provider's own way to wait settles for 10 s and blocks while Pods aren't Ready, which InitPod has judged better by
 * then. Only the address of a load balancer is worth waiting for.
 * Source: https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/
 */
function waitAnnotation(type: string | undefined): Record<string, string> {
  return type === "LoadBalancer"
    ? { "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress}" }
    : { "pulumi.com/skipAwait": "true" };
}

/** The Service's URL inside the cluster. Unknown in the preview of its creation, as its name is only known then. */
export function clusterUrl(service: Service, port: number | undefined): pulumi.Output<string> {
  // A dry run reports a name with another suffix than the real one, but no status.
  return pulumi.all([service.metadata, service.status]).apply(([metadata]: [Made | undefined, unknown]) =>
    // With --target of something else, the engine makes no new one.
    metadata?.name === undefined ? "" : `http://${metadata.name}.${metadata.namespace}.svc:${port ?? 80}`,
  );
}

interface Made {
  name?: string;
  namespace: string;
}
