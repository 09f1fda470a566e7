import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/**
 * How the provider waits for the Service. Its own way settles for 10 s and blocks while Pods aren't Ready, which InitPod
 * has judged better by then. Only the address of a load balancer is worth waiting for.
 * Source: https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/
 */
export function serviceAnnotations(spec: k8s.types.input.core.v1.ServiceSpec): pulumi.Output<Record<string, string>> {
  return pulumi
    .output(spec.type)
    .apply((type): Record<string, string> =>
      type === "LoadBalancer"
        ? { "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress}" }
        : { "pulumi.com/skipAwait": "true" },
    );
}

/** The Service's URL inside the cluster. Unknown in the preview of its creation, as its name is only known then. */
export function clusterUrl(service: k8s.core.v1.Service, port: number | undefined): pulumi.Output<string> {
  // A dry run reports a name with another suffix than the real one, but no status.
  return pulumi
    .all([service.metadata, service.status])
    .apply(([{ name, namespace }]) => `http://${name}.${namespace}.svc:${port ?? 80}`);
}
