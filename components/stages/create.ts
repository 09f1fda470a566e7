// Not from the package itself, which loads all of its groups: most of what a preview of one Pod would spend here.
import { Pod, Service } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { latestPod } from "../cluster/pods";
import { annotation, retriesText } from "../contract";
import { knownOr, mayBeTransformed, type Self, withLateErrors, withoutStacks } from "../pulumi";
import { AppliedSpec, type Earlier, warnOfUnknownFields } from "./applied";
import type { Claim } from "./claim";
import { landedNamespace, warnOfFixedName } from "./landed";
import type { Plan } from "./plan";
import { serviceAnnotations } from "./service";

/** The objects of an InitPod. */
export interface Created {
  /** It is made once it is known what was applied. */
  pod: pulumi.Output<Pod>;
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
  const { customTimeouts } = podOptions;
  const namespace = link.namespace;
  const labels = claim.identity.apply((identity) => ({ ...identity.labels, ...plan.labels }));
  const applied = new AppliedSpec(podSpec, earlierOf(claim), podOptions);
  const metadata = { namespace, labels, annotations: podAnnotations(plan, claim, applied) };
  const options = optionsOf(self, plan, claim);
  const pod = pulumi.output<Pod>(
    fromApplied(self, plan, applied, options).then((opts) =>
      withoutStacks(() => new Pod(name, { metadata, spec: podSpec }, opts)),
    ),
  );
  pod.apply((made) => {
    for (const text of [claim.retry.apply(({ why }) => why), pulumi.output(applied.notice)]) {
      text.apply((known) => known !== undefined && void pulumi.log.info(known, made));
    }
    warnOfFixedName(self, claim.identity, made);
  });
  for (const text of plan.warnings) void pulumi.log.warn(text, component);
  const podIdentity = pod.apply((made) =>
    made.metadata.apply((known) => ({ name: known.name, namespace: known.namespace, uid: known.uid })),
  );
  const service =
    serviceSpec &&
    withoutStacks(
      () =>
        new Service(
          name,
          {
            metadata: { namespace, labels, annotations: serviceAnnotations(serviceSpec, plan.annotations) },
            spec: { ...serviceSpec, selector: claim.identity.apply(({ selector }) => selector) },
          },
          // A cluster made anew has none, which the provider notices in a refresh alone.
          { parent: component, customTimeouts, replacementTrigger: claim.cluster },
        ),
    );
  const landed = pod.apply((made) => landedNamespace(self, claim.identity, made, service));
  return { pod, podIdentity, namespace: landed, service };
}

function optionsOf({ component }: Self, { podOptions }: Plan, claim: Claim): pulumi.CustomResourceOptions {
  const { replacementTrigger, replaceOnChanges = [], hideDiffs = [] } = podOptions;
  const retry = withLateErrors(claim.retry.apply(({ value }) => value));
  return {
    ...podOptions,
    parent: component,
    replacementTrigger: replacementTrigger === undefined ? retry : [replacementTrigger, retry],
    // Many changes of a Pod's spec would otherwise be tried in place and refused by the API server.
    replaceOnChanges: ["spec", ...replaceOnChanges],
    // It says nothing to people: what it stands for is shown.
    hideDiffs: [`metadata.annotations["${annotation.applied}"]`, ...hideDiffs],
  };
}

/** Where nothing edits the spec any more, what was applied tells what to ignore; else what the program makes of it does. */
async function fromApplied(
  self: Self,
  { podSpec, serviceSpec }: Plan,
  applied: AppliedSpec,
  options: pulumi.CustomResourceOptions,
): Promise<pulumi.CustomResourceOptions> {
  const isApplied = await applied.isApplied;
  // Mocks have no engine that would ask.
  if (pulumi.runtime.getEngine() === undefined) return options;
  if (mayBeTransformed(self.component)) {
    const transforms = await self.lastTransform.ofPod(self.component, async (resource) => {
      const { spec } = resource.props as { spec?: unknown };
      await warnOfUnknownFields(self, { Pod: spec, Service: serviceSpec });
      return await applied.transform(resource);
    });
    return { ...options, transforms };
  }
  await warnOfUnknownFields(self, { Pod: podSpec, Service: serviceSpec });
  return isApplied ? { ...options, ignoreChanges: [...(options.ignoreChanges ?? []), "spec"] } : options;
}

function podAnnotations(
  { annotations, expected, podPort, forward }: Plan,
  { retry, localPort }: Claim,
  applied: AppliedSpec,
): Record<string, pulumi.Input<string>> {
  return {
    ...annotations,
    // The provider's own wait never sees init containers: it is told to go on as soon as the Pod exists. Told to skip it, a
    // deletion would not wait until the Pod is gone.
    "pulumi.com/waitFor": "jsonpath={.metadata}",
    [annotation.retry]: retry.apply(({ value }) => value ?? ""),
    [annotation.applied]: applied.record,
    [annotation.retries]: retriesText(expected.retries),
    ...(podPort === undefined ? {} : { [annotation.port]: String(podPort) }),
    ...(forward === undefined || localPort === undefined
      ? {}
      : { [annotation.localPort]: portText(localPort), [annotation.protocol]: forward.protocol }),
  };
}

function earlierOf({ earlier, key, retry }: Claim): pulumi.Output<Earlier> {
  return pulumi.all([earlier, key, retry]).apply(([pods = [], known, { why }]) => ({
    newest: latestPod(pods),
    key: known,
    isRemade: why !== undefined,
  }));
}

/**
 * In the preview of the first `up`, which draws the port, it is a word of its own: an unknown one would keep the API server
 * from checking the Pod.
 */
function portText(localPort: pulumi.Output<number>): pulumi.Output<string> {
  return knownOr(localPort.apply(String), "drawn by up");
}
