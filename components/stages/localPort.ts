import * as pulumi from "@pulumi/pulumi";
import type { Identity } from "../contract";
import { PortClaims, portOf } from "../forward/client";
import { perDeployment, reportedOn, type Self } from "../pulumi";

const claims = perDeployment(() => new PortClaims());

/**
 * A local port that no other forward claims. It is kept as it was first drawn, so that the URL stays the same for the life
 * of the stack. Unknown in a preview.
 */
export function drawPort({ component }: Self, identity: pulumi.Output<Identity>): pulumi.Output<number> {
  if (pulumi.runtime.isDryRun()) return pulumi.output(pulumi.unknown as unknown as number);
  if (pulumi.runtime.getEngine() === undefined) return identity.apply(portOf);
  const ofDeployment = claims();
  return identity.apply((owner) => reportedOn(component, () => ofDeployment.choose(portOf(owner), owner)));
}

/**
 * The local port that the user wants, once it is known to be free.
 * @throws {InitPodError} (in the output) where another program listens on it.
 */
export function checkedPort(
  { component }: Self,
  identity: pulumi.Output<Identity>,
  wanted: pulumi.Input<number>,
): pulumi.Output<number> {
  if (pulumi.runtime.isDryRun() || pulumi.runtime.getEngine() === undefined) return pulumi.output(wanted);
  const ofDeployment = claims();
  return pulumi.all([wanted, identity]).apply(([port, owner]) =>
    reportedOn(component, async () => {
      await ofDeployment.assertFree(port, owner);
      return port;
    }),
  );
}
