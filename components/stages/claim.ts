import * as pulumi from "@pulumi/pulumi";
import { type Identity, identityOf } from "../contract";
import { knownOr, type Self } from "../pulumi";
import { checkedPort, drawPort } from "./localPort";
import type { Plan } from "./plan";
import { retryTrigger } from "./retry";

/** What an InitPod has before its Pod is made. */
export interface Claim {
  /** For the life of the stack. */
  identity: pulumi.Output<Identity>;
  /** Port of the URL; undefined where nothing is forwarded. */
  localPort?: pulumi.Output<number>;
  /** Changes when the Pod must be made anew although its arguments are the same. */
  retry: pulumi.Output<string | null>;
}

/** Takes the identity and the local port of an InitPod, those of an earlier `up` where there was one. */
export function claim(self: Self, { expected, forward }: Plan): Claim {
  const { identity, localPort } = keepInState(self);
  const wanted = forward?.wantedPort;
  return {
    identity,
    localPort: forward && (wanted === undefined ? localPort : checkedPort(self, wanted)),
    retry: retryTrigger(self, identity, expected),
  };
}

/**
 * Keeps the identity and the local port in state. Made anew, the identity would be another one, and the living Pod would no
 * longer be found: also after a rename by alias. One resource for both, as each takes the engine some time; with a port for
 * InitPods that have none too, as nothing can be added to what is kept when one comes later.
 */
function keepInState(self: Self): { identity: pulumi.Output<Identity>; localPort: pulumi.Output<number> } {
  const { name, component, urn } = self;
  const drawnPort = drawPort(self);
  const first = urn.apply((known) => identityOf(known, name));
  const stash = new pulumi.Stash(
    `${name}-identity`,
    { input: pulumi.all([first, drawnPort]).apply(([identity, localPort]) => ({ ...identity, localPort })) },
    { parent: component, ignoreChanges: ["input"], hideDiffs: ["input", "output"] },
  );
  // Mocks may keep nothing.
  const kept = pulumi
    .all([stash.output as pulumi.Output<(Identity & { localPort: number }) | undefined>, first])
    .apply(([known, identity]) => known ?? { ...identity, localPort: undefined });
  return {
    identity: knownOr<Identity>(kept, first),
    localPort: kept.apply(({ localPort }): pulumi.Input<number> => localPort ?? drawnPort) as pulumi.Output<number>,
  };
}
