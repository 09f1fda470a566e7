import * as pulumi from "@pulumi/pulumi";
import type { Identity } from "./identity";
import { identityOf } from "./identity";
import { knownOr } from "./knownOr";

/**
 * The identity that an InitPod was given when it was made. It is kept in state: made anew from the URN, another one would
 * come of a rename by alias, and the living Pod would no longer be found.
 */
export function keptIdentity(
  name: string,
  component: pulumi.Resource,
  urn: pulumi.Output<string>,
): pulumi.Output<Identity> {
  const first = urn.apply((known) => identityOf(known, name));
  const stash = new pulumi.Stash(
    `${name}-identity`,
    { input: first },
    { parent: component, ignoreChanges: ["input"], hideDiffs: ["input", "output"] },
  );
  const kept = stash.output.apply((identity: Identity | undefined) => identity ?? first) as pulumi.Output<Identity>;
  return knownOr(kept, first);
}
