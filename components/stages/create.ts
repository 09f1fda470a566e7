// Not from the package itself, which loads all of its groups: most of what a preview of one Pod would spend here.
import { Pod, Service } from "@pulumi/kubernetes/core/v1";
import type { core } from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { latestPod } from "../cluster/pods";
import { annotation, retriesText, timeoutsText } from "../contract";
import { asSecretAs, handledLater, mayBeTransformed, type Self, withLateErrors, withoutStacks } from "../pulumi";
import { generatedSecret, outputsIn } from "../spec/manifest";
import { errorText } from "../text";
import { AppliedSpec, type Earlier, warnOfUnknownFields } from "./applied";
import type { Claim } from "./claim";
import { landedNamespace, warnOfFixedName } from "./landed";
import { generateSecrets, makeObjects } from "./objects";
import { sayOutlook } from "./outlook";
import type { Plan } from "./plan";
import { givenSecrets } from "./secrets";
import { serviceAnnotations } from "./service";

/** The objects of an InitPod. */
export interface Created {
  /** It is made once it is known what was applied. */
  pod: Promise<Pod>;
  /** Undefined where none is asked for. */
  service?: Service;
  /** Where the Pod is; unknown in some previews. */
  namespace: Promise<string>;
  /** Texts that must not show in logs or errors. */
  secrets: Promise<readonly pulumi.Input<string>[]>;
}

/** Makes the Pod and the Service, and waits for neither. */
export function create(self: Self, plan: Plan, claimed: Promise<Claim>): Created {
  const generated = handledLater(claimed.then(() => generateSecrets(self, plan.generate)));
  const secrets = handledLater(
    Promise.all([plan.manifest, generated]).then(([manifest, texts]) => [...manifest.secrets, ...Object.values(texts)]),
  );
  const service = plan.serviceSpec && createService(self, plan, plan.serviceSpec, claimed);
  const pod = handledLater(
    Promise.all([claimed, plan.manifest, generated]).then(async ([claim, manifest, texts]) => {
      for (const text of manifest.warnings) void pulumi.log.warn(text, self.component);
      const objects = [...manifest.objects, ...(plan.generate === undefined ? [] : [{ ...generatedSecret, texts }])];
      const before = makeObjects(self, objects, plan.objectNames, {
        labels: { ...claim.identity.labels, ...plan.labels },
        // As of the Service: a cluster made anew has none.
        options: { customTimeouts: plan.podOptions.customTimeouts, replacementTrigger: claim.cluster },
      });
      const { pod, applied } = await createPod(self, plan, claim, manifest.podSpec, before);
      void sayOutlook(self, {
        ...plan,
        ...claim,
        serves: plan.podPort !== undefined,
        retry: claim.retry.why,
        options: plan.podOptions,
        pod,
        service,
        applied,
        secrets: async () => (await givenSecrets(secrets)).values,
        // What it goes by fails the run where it fails, and is told there; words alone shall fail none.
      }).catch((error: unknown) =>
        pulumi.log.debug(`What this run does is not said: ${errorText(error)}`, self.component),
      );
      return pod;
    }),
  );
  const namespace = handledLater(
    Promise.all([claimed, pod]).then(([{ identity }, made]) => landedNamespace(self, identity, made, service)),
  );
  return { pod, service, namespace, secrets };
}

async function createPod(
  self: Self,
  plan: Plan,
  claim: Claim,
  podSpec: core.v1.PodSpec,
  before: pulumi.Resource[],
): Promise<{ pod: Pod; applied: AppliedSpec }> {
  const annotations = {
    ...podAnnotations(plan, claim),
    ...((await holdsSecret(podSpec)) ? { [annotation.holdsSecret]: "true" } : {}),
  };
  const labels = { ...claim.identity.labels, ...plan.labels };
  const applied = new AppliedSpec(
    { spec: podSpec, metadata: { labels, annotations } },
    earlierOf(claim),
    plan.podOptions,
  );
  const metadata = {
    namespace: self.link.namespace,
    labels,
    annotations: { ...annotations, [annotation.applied]: await applied.record },
  };
  const specs = { Pod: podSpec, Service: plan.serviceSpec };
  const options = await fromApplied(self, specs, applied, {
    ...optionsOf(self, plan, claim),
    dependsOn: before,
  });
  const pod = withoutStacks(() => new Pod(self.name, { metadata, spec: podSpec }, options));
  void warnOfFixedName(self, claim.identity, pod, applied);
  return { pod, applied };
}

/** At once, as the SDK has whatever depends on a component wait for the children that it has by then. */
function createService(self: Self, plan: Plan, serviceSpec: core.v1.ServiceSpec, claimed: Promise<Claim>): Service {
  const { name, component, link } = self;
  const metadata = {
    namespace: link.namespace,
    labels: handledLater(claimed.then(({ identity }) => ({ ...identity.labels, ...plan.labels }))),
    annotations: serviceAnnotations(serviceSpec, plan.annotations),
  };
  const selector = handledLater(claimed.then(({ identity }) => identity.selector));
  return withoutStacks(
    () =>
      new Service(
        name,
        { metadata, spec: { ...serviceSpec, selector } },
        {
          parent: component,
          customTimeouts: plan.podOptions.customTimeouts,
          // A cluster made anew has none, which the provider notices in a refresh alone.
          replacementTrigger: withLateErrors(pulumi.output(claimed.then(({ cluster }) => cluster))),
        },
      ),
  );
}

function optionsOf({ component }: Self, { podOptions }: Plan, { retry }: Claim): pulumi.CustomResourceOptions {
  const { replacementTrigger, replaceOnChanges = [], hideDiffs = [] } = podOptions;
  return {
    ...podOptions,
    parent: component,
    replacementTrigger: replacementTrigger === undefined ? retry.value : [replacementTrigger, retry.value],
    // Many changes of a Pod's spec would otherwise be tried in place and refused by the API server.
    replaceOnChanges: ["spec", ...replaceOnChanges],
    // It says nothing to people: what it stands for is shown.
    hideDiffs: [`metadata.annotations["${annotation.applied}"]`, ...hideDiffs],
  };
}

/** Where nothing edits the spec any more, what was applied tells what to ignore; else what the program makes of it does. */
async function fromApplied(
  self: Self,
  specs: Readonly<Record<"Pod" | "Service", unknown>>,
  applied: AppliedSpec,
  options: pulumi.CustomResourceOptions,
): Promise<pulumi.CustomResourceOptions> {
  const isApplied = await applied.isApplied;
  // Mocks have no engine that would ask.
  if (pulumi.runtime.getEngine() === undefined) return options;
  if (mayBeTransformed(self.component)) {
    const transforms = await self.lastTransform.ofPod(self.component, async (resource) => {
      const { spec } = resource.props as { spec?: unknown };
      await warnOfUnknownFields(self, { ...specs, Pod: spec });
      return await applied.transform(resource);
    });
    return { ...options, transforms };
  }
  await warnOfUnknownFields(self, specs);
  return isApplied ? { ...options, ignoreChanges: [...(options.ignoreChanges ?? []), "spec"] } : options;
}

function podAnnotations(
  { annotations, expected, podPort, forward }: Plan,
  { retry, localPort }: Claim,
): Record<string, pulumi.Input<string>> {
  const timeouts = timeoutsText(expected.timeouts);
  return {
    ...annotations,
    // The provider's own wait never sees init containers: it is told to go on as soon as the Pod exists. Told to skip it, a
    // deletion would not wait until the Pod is gone.
    "pulumi.com/waitFor": "jsonpath={.metadata}",
    [annotation.retry]: retry.value ?? "",
    [annotation.retries]: retriesText(expected.retries),
    ...(timeouts === undefined ? {} : { [annotation.timeouts]: timeouts }),
    ...(podPort === undefined ? {} : { [annotation.port]: String(podPort) }),
    ...(forward === undefined
      ? {}
      : { [annotation.localPort]: portText(localPort, forward.wantedPort), [annotation.protocol]: forward.protocol }),
  };
}

/** Secrets that steps are given stand elsewhere, but for those of raw fields. Whoever shows logs can't tell them from the rest. */
async function holdsSecret(podSpec: core.v1.PodSpec): Promise<boolean> {
  return (await Promise.all(outputsIn(podSpec).map((output) => pulumi.isSecret(output)))).includes(true);
}

function earlierOf({ earlier = [], key, retry }: Claim): Earlier {
  return { newest: latestPod(earlier), key, isRemade: retry.why !== undefined };
}

/**
 * In the preview of the first `up`, which draws the port, it is a word of its own: an unknown one would keep the API server
 * from checking the Pod.
 */
function portText(localPort: number | undefined, wanted: pulumi.Input<number> | undefined): pulumi.Input<string> {
  const text = localPort === undefined ? "drawn by up" : String(localPort);
  return pulumi.Output.isInstance(wanted) ? asSecretAs([wanted], Promise.resolve(text)) : text;
}
