import * as pulumi from "@pulumi/pulumi";
import type { Pod } from "../cluster/pods";
import { type Identity, identityOf } from "../contract";
import { knownOr, type Self } from "../pulumi";
import { checkedPort, drawPort } from "./localPort";
import type { Plan } from "./plan";
import { earlierPods, retryTrigger } from "./retry";

/** What an InitPod has before its Pod is made. */
export interface Claim {
  /** For the life of the stack. */
  identity: pulumi.Output<Identity>;
  /** Port of the URL; undefined where nothing is forwarded. */
  localPort?: pulumi.Output<number>;
  /** Its Pods when the program began, without those being deleted; undefined where a preview may not read them. */
  earlier: pulumi.Output<readonly Pod[] | undefined>;
  /** Changes when the Pod must be made anew although its arguments are the same. */
  retry: pulumi.Output<string | null>;
}

/** Takes the identity and the local port of an InitPod, those of an earlier `up` where there was one. */
export function claim(self: Self, { expected, forward }: Plan): Claim {
  const { identity, isNew, localPort } = keepInState(self);
  const earlier = earlierPods(self, identity, isNew);
  const wanted = forward?.wantedPort;
  return {
    identity,
    localPort: forward && (wanted === undefined ? localPort : checkedPort(self, identity, wanted)),
    earlier,
    retry: retryTrigger(self, earlier, expected),
  };
}

interface Kept {
  identity: pulumi.Output<Identity>;
  /** Whether it was made just now, so that no Pod can have it. */
  isNew: pulumi.Output<boolean>;
  localPort: pulumi.Output<number>;
}

/**
 * Keeps the identity and the local port in state. Made anew, the identity would be another one, and the living Pod would no
 * longer be found: also after a rename by alias. One resource for both, as each takes the engine some time; with a port for
 * InitPods that have none too, as nothing can be added to what is kept when one comes later.
 */
function keepInState(self: Self): Kept {
  const { name, component, urn } = self;
  const first = urn.apply((known) => identityOf(known, name));
  const drawnPort = drawPort(self, first);
  const stash = new pulumi.Stash(
    `${name}-identity`,
    { input: pulumi.all([first, drawnPort]).apply(([identity, localPort]) => ({ ...identity, localPort })) },
    { parent: component, ignoreChanges: ["input"], hideDiffs: ["input", "output"] },
  );
  // Mocks may keep nothing.
  const kept = pulumi
    .all([stash.output as pulumi.Output<(Identity & { localPort: number }) | undefined>, first])
    .apply(([known, identity]) => known ?? { ...identity, localPort: undefined });
  const identity = knownOr<Identity>(kept, first);
  return {
    identity,
    isNew: pulumi.all([identity, first]).apply(([{ id }, { id: drawn }]) => id === drawn),
    localPort: kept.apply(({ localPort }): pulumi.Input<number> => localPort ?? drawnPort) as pulumi.Output<number>,
  };
}
