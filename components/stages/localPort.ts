import * as pulumi from "@pulumi/pulumi";
import { type ClusterSession } from "../cluster/pods";
import { assertPortFree, choosePort, portOf } from "../forward/client";
import type { ForwardOwner } from "../forward/state";
import type { Self } from "../pulumi";

/**
 * A local port that no other forward claims. It is kept as it was first drawn, so that the URL stays the same for the life
 * of the stack. Unknown in a preview.
 */
export function drawPort({ component, urn, link }: Self): pulumi.Output<number> {
  if (pulumi.runtime.isDryRun()) return pulumi.output(pulumi.unknown as unknown as number);
  return pulumi.all([link.namespace, urn]).apply(([namespace, self]) => {
    const withoutCluster = portOf({ clusterUid: "", server: "", namespace, urn: self });
    return link.use(component, withoutCluster, async (session) => {
      const owner = await ownerOf(session, namespace, self);
      return await choosePort(portOf(owner), owner);
    });
  });
}

/**
 * The local port that the user wants, once it is known to be free.
 * @throws {InitPodError} (in the output) where another program listens on it.
 */
export function checkedPort({ component, urn, link }: Self, wanted: pulumi.Input<number>): pulumi.Output<number> {
  if (pulumi.runtime.isDryRun()) return pulumi.output(wanted);
  return pulumi.all([wanted, link.namespace, urn]).apply(([port, namespace, self]) =>
    link.use(component, port, async (session) => {
      await assertPortFree(port, await ownerOf(session, namespace, self));
      return port;
    }),
  );
}

/** What tells the forward of an InitPod from others. */
export async function ownerOf(session: ClusterSession, namespace: string, urn: string): Promise<ForwardOwner> {
  return { clusterUid: await session.uid(), server: session.client.server, namespace, urn };
}
