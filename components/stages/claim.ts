import type { Pod } from "../cluster/pods";
import type { Identity } from "../contract";
import type { Self } from "../pulumi";
import { warnOfNamespace } from "./guard";
import { keepInState } from "./kept";
import { checkedPort } from "./localPort";
import type { Plan } from "./plan";
import { earlierPods, type Retry, retryTrigger } from "./retry";

/** What an InitPod has before its Pod is made. */
export interface Claim {
  /** For the life of the stack. */
  identity: Identity;
  /** Port of the URL; undefined where nothing is forwarded, and where a preview doesn't know it. */
  localPort: number | undefined;
  /** Its Pods when the program began, without those being deleted; undefined where a preview may not read them. */
  earlier: readonly Pod[] | undefined;
  /** Uid of the cluster that it lives in after this run; `""` where it is not known. */
  cluster: string;
  /** Secret of the InitPod, of which nothing but keyed hashes leaves the state. */
  key: string;
  /** Whether the InitPod was made just now. */
  isNew: boolean;
  /** Whether the Pod must be made anew although its arguments are the same. */
  retry: Retry;
}

/** Takes the identity and the local port of an InitPod, those of an earlier `up` where there was one. */
export async function claim(self: Self, plan: Plan): Promise<Claim> {
  const { expected, forward } = plan;
  const { isNew, localPort, ...kept } = await keepInState(self);
  const { identity } = kept;
  const [earlier, claimed] = await Promise.all([
    earlierPods(self, identity, isNew),
    forward?.wantedPort === undefined ? localPort : checkedPort(self, identity, forward.wantedPort),
  ]);
  void warnOfNamespace(self, plan, earlier);
  return {
    ...kept,
    isNew,
    localPort: forward && claimed,
    earlier,
    retry: await retryTrigger(self, earlier, isNew, expected),
  };
}
