import * as pulumi from "@pulumi/pulumi";
import type { Identity } from "../contract";
import { PortClaims, portOf } from "../forward/client";
import { knownOf, perDeployment, reportedOn, type Self } from "../pulumi";

const claims = perDeployment(() => new PortClaims());

/**
 * A local port that no other forward claims. It is kept as it was first drawn, so that the URL stays the same for the life
 * of the stack. Undefined in a preview.
 */
export async function drawPort({ component }: Self, identity: Identity): Promise<number | undefined> {
  if (pulumi.runtime.isDryRun()) return undefined;
  if (pulumi.runtime.getEngine() === undefined) return portOf(identity);
  const ofDeployment = claims();
  return await reportedOn(component, () => ofDeployment.choose(portOf(identity), identity));
}

/**
 * The local port that the user wants, once it is known to be free; undefined where a preview doesn't know it.
 * @throws {InitPodError} where another program listens on it.
 */
export async function checkedPort(
  { component }: Self,
  identity: Identity,
  wanted: pulumi.Input<number>,
): Promise<number | undefined> {
  const port = await knownOf(pulumi.output(wanted));
  if (port === undefined || pulumi.runtime.isDryRun() || pulumi.runtime.getEngine() === undefined) return port;
  const ofDeployment = claims();
  await reportedOn(component, () => ofDeployment.assertFree(port, identity));
  return port;
}
