import * as pulumi from "@pulumi/pulumi";
import { type Identity, identityOf } from "../contract";
import { knownOr } from "../pulumi";

/** What an InitPod was given when it was made, and has for the life of the stack. */
export interface Kept {
  identity: pulumi.Output<Identity>;
  /** Unknown in the preview of a new InitPod. */
  localPort: pulumi.Output<number>;
}

/**
 * Keeps the identity and the local port of an InitPod in state. Made anew from the URN, another identity would come of a
 * rename by alias, and the living Pod would no longer be found. One resource for both, as each takes the engine some time;
 * with a port for InitPods that have none too, as nothing can be added to what is kept when one comes later.
 */
export function keep(
  name: string,
  component: pulumi.Resource,
  urn: pulumi.Output<string>,
  drawnPort: pulumi.Output<number>,
): Kept {
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
