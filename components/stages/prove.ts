import * as pulumi from "@pulumi/pulumi";
import { type Self, withLateErrors } from "../pulumi";
import type { InitLog } from "../spec";
import type { Claim } from "./claim";
import type { Created } from "./create";
import { localUrl } from "./localUrl";
import type { Plan } from "./plan";
import { gatedLogs, logsOnceReady } from "./ready";
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
export function prove(self: Self, plan: Plan, claim: Claim, created: Created): Outputs {
  const { pod, podIdentity, namespace, service } = created;
  const podReady = logsOnceReady(self, plan, claim, created);
  const initLogs = gatedLogs(self, claim, podIdentity, podReady);
  const gateOpened = pulumi.unsecret(initLogs);
  const outputs = {
    url: localUrl(self, plan, claim, { podIdentity, podSpec: pod.apply(({ spec }) => spec), podReady, gateOpened }),
    initLogs,
    // Held by the gate, so that nothing moves to a Pod that fails; not derived from the wait, which no preview knows.
    podName: pulumi.all([gateOpened, podIdentity]).apply(([, { name }]) => name),
    namespace,
    clusterUrl: service === undefined ? pulumi.output("") : clusterUrl(service, plan.servicePort),
  };
  // The program may use them after they have failed, or not at all.
  for (const output of Object.values(outputs)) withLateErrors<unknown>(output);
  return outputs;
}
