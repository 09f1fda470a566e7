import type { Pod } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { asSecretAs, handledLater, type Self, unknown, withLateErrors } from "../pulumi";
import type { InitLog } from "../spec";
import { generatedSecret } from "../spec/manifest";
import type { Claim } from "./claim";
import type { Created } from "./create";
import { localUrl } from "./localUrl";
import { keptSpec } from "./outlook";
import type { Plan } from "./plan";
import { logsOnceReady, madeMetadata, toldOnce } from "./ready";
import { givenSecrets } from "./secrets";
import { clusterUrl } from "./service";

/** What an InitPod tells once its Pod is Ready and its URL has answered. */
export interface Outputs {
  url: pulumi.Output<string>;
  initLogs: pulumi.Output<InitLog[]>;
  podName: pulumi.Output<string>;
  namespace: pulumi.Output<string>;
  clusterUrl: pulumi.Output<string>;
  generatedSecret: pulumi.Output<string>;
}

/** What comes of an InitPod. */
export interface Proven {
  outputs: Outputs;
  /** For the next run: of which Pod the logs are. */
  podUid: pulumi.Output<string>;
  /** For the next run: what the Service is made of. Undefined without one. */
  serviceSpec?: pulumi.Output<string>;
  /** Resolves once the Pod is Ready; in a preview, once it is known what becomes of it. */
  ready: Promise<unknown>;
}

/** Waits until the Pod is Ready and the URL answers, and holds back until then all that depends on the InitPod. */
export function prove(self: Self, plan: Plan, claimed: Promise<Claim>, created: Created): Proven {
  const { pod, namespace, service } = created;
  const secrets = handledLater(givenSecrets(created.secrets));
  const podReady = handledLater(logsOnceReady(self, plan, { claimed, pod, secrets }));
  const told = handledLater(toldOnce(self, { claimed, pod, podReady }));
  // Each comes of the Pod, so that whoever uses it is deleted before the Pod is.
  const made = pulumi.output<Pod>(pod);
  const initLogs = handledLater(
    Promise.all([told, secrets]).then(([{ initLogs }, { isSecret }]) =>
      isSecret ? pulumi.secret(initLogs) : initLogs,
    ),
  );
  const outputs = {
    url: localUrl(self, plan, { claimed, pod, secrets, podReady }),
    initLogs: made.apply(({ urn }) => urn.apply(() => initLogs)) as pulumi.Output<InitLog[]>,
    // Told with the logs, so that nothing moves to a Pod that fails. The name that a preview has of a new one is another.
    podName: made.apply((one) =>
      one.metadata.apply(async () => {
        const { initLogs } = await told;
        return pulumi.isUnknown(initLogs) ? unknown : ((await madeMetadata(one))?.name ?? "");
      }),
    ),
    namespace: made.apply(({ urn, metadata }) =>
      urn.apply(() => asSecretAs([metadata, self.link.namespace], namespace)),
    ),
    clusterUrl: service === undefined ? pulumi.output("") : clusterUrl(service, plan.servicePort),
    generatedSecret: plan.generate === undefined ? pulumi.output("") : plan.objectNames.of(generatedSecret),
  };
  // The program may use them after they have failed, or not at all.
  for (const output of Object.values(outputs)) withLateErrors<unknown>(output);
  return {
    outputs,
    podUid: withLateErrors(
      made.apply(({ metadata }) =>
        asSecretAs(
          [metadata],
          told.then(({ podUid }) => podUid),
        ),
      ),
    ),
    serviceSpec: plan.serviceSpec && withLateErrors(keptSpec(plan.serviceSpec)),
    ready: handledLater(Promise.all([pod, podReady])),
  };
}
