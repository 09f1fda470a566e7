import type { Pod } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { type Self, withLateErrors } from "../pulumi";
import type { InitLog } from "../spec";
import type { Claim } from "./claim";
import type { Created } from "./create";
import { localUrl } from "./localUrl";
import type { Plan } from "./plan";
import { gatedLogs, logsOnceReady } from "./ready";
import { givenSecrets } from "./secrets";
import { clusterUrl } from "./service";

/** What an InitPod tells once its Pod is Ready and its URL has answered. */
export interface Outputs {
  url: pulumi.Output<string>;
  initLogs: pulumi.Output<InitLog[]>;
  podName: pulumi.Output<string>;
  namespace: pulumi.Output<string>;
  clusterUrl: pulumi.Output<string>;
}

/** Waits until the Pod is Ready and the URL answers, and holds back until then all that depends on the InitPod. */
export function prove(self: Self, plan: Plan, claimed: Promise<Claim>, created: Created): Outputs {
  const { pod, namespace, service } = created;
  const secrets = givenSecrets(plan);
  const podReady = logsOnceReady(self, plan, { claimed, pod, secrets });
  const initLogs = gatedLogs(self, { claimed, pod, secrets, podReady });
  const gate = pulumi.unsecret(initLogs);
  // Each comes of the Pod, so that whoever uses it is deleted before the Pod is.
  const made = pulumi.output<Pod>(pod);
  const outputs = {
    url: localUrl(self, plan, { claimed, pod, secrets, podReady, gate }),
    initLogs,
    // Held by the gate, so that nothing moves to a Pod that fails; not derived from the wait, which no preview knows.
    podName: gate.apply(() => made.apply(({ metadata }) => metadata.name)),
    namespace: made.apply(({ urn }) => urn.apply(() => namespace)),
    clusterUrl: service === undefined ? pulumi.output("") : clusterUrl(service, plan.servicePort),
  };
  // The program may use them after they have failed, or not at all.
  for (const output of Object.values(outputs)) withLateErrors<unknown>(output);
  return outputs;
}
