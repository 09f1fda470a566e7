// Not from the package itself, which loads all of its groups: most of what a preview of one Pod would spend here.
import { Pod, Service } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { annotation, retriesText } from "../contract";
import type { Self } from "../pulumi";
import type { Claim } from "./claim";
import { landedNamespace, warnOfFixedName } from "./landed";
import type { Plan } from "./plan";
import { serviceAnnotations } from "./service";

/** The objects of an InitPod. */
export interface Created {
  pod: Pod;
  podIdentity: pulumi.Output<PodIdentity>;
  /** Where the Pod is. */
  namespace: pulumi.Output<string>;
  /** Undefined where none is asked for. */
  service?: Service;
}

/** The Pod that is waited for, as it came to be. */
export interface PodIdentity {
  name: string;
  namespace: string;
  uid: string;
}

/** Makes the Pod and the Service, and waits for neither. */
export function create(self: Self, plan: Plan, claim: Claim): Created {
  const { name, component, link } = self;
  const { podSpec, serviceSpec, podOptions } = plan;
  const { replacementTrigger, replaceOnChanges = [], customTimeouts } = podOptions;
  const namespace = link.namespace;
  const labels = claim.identity.apply((identity) => ({ ...identity.labels, ...plan.labels }));
  const pod = new Pod(
    name,
    { metadata: { namespace, labels, annotations: podAnnotations(plan, claim) }, spec: podSpec },
    {
      ...podOptions,
      parent: component,
      replacementTrigger: replacementTrigger === undefined ? claim.retry : [replacementTrigger, claim.retry],
      // Many changes of a Pod's spec would otherwise be tried in place and refused by the API server.
      replaceOnChanges: ["spec", ...replaceOnChanges],
    },
  );
  const podIdentity = pod.metadata.apply((metadata) => ({
    name: metadata.name,
    namespace: metadata.namespace,
    uid: metadata.uid,
  }));
  warnOfFixedName(self, claim.identity, pod);
  const service =
    serviceSpec &&
    new Service(
      name,
      {
        metadata: { namespace, labels, annotations: serviceAnnotations(serviceSpec, plan.annotations) },
        spec: { ...serviceSpec, selector: claim.identity.apply(({ selector }) => selector) },
      },
      // A cluster made anew has none, which the provider notices in a refresh alone.
      { parent: component, customTimeouts, replacementTrigger: claim.cluster },
    );
  return { pod, podIdentity, namespace: landedNamespace(self, claim.identity, pod, service), service };
}

function podAnnotations(
  { annotations, expected, podPort, forward }: Plan,
  { retry, localPort }: Claim,
): Record<string, pulumi.Input<string>> {
  return {
    ...annotations,
    // The provider's own wait never sees init containers: it is told to go on as soon as the Pod exists. Told to skip it, a
    // deletion would not wait until the Pod is gone.
    "pulumi.com/waitFor": "jsonpath={.metadata}",
    [annotation.retry]: retry.apply((value) => value ?? ""),
    [annotation.retries]: retriesText(expected.retries),
    ...(podPort === undefined ? {} : { [annotation.port]: String(podPort) }),
    ...(forward === undefined || localPort === undefined
      ? {}
      : { [annotation.localPort]: pulumi.interpolate`${localPort}`, [annotation.protocol]: forward.protocol }),
  };
}
