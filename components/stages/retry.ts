import { randomBytes } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { ApiError, type ClusterClient } from "../cluster/api";
import { hasBeenReady, hasEnded, isBeforeStart, latestPod, type Pod, type PodEvent, readEvents } from "../cluster/pods";
import { currentVerdict } from "../cluster/verdict";
import { annotation, type Expectations, hasLabels, type Identity } from "../contract";
import { knownOr, type Self } from "../pulumi";

/**
 * The value that stands in the Pod's retry annotation and triggers its replacement when it changes. The newest live Pod
 * is the memory: as long as it is well the value stays; of a failed one it is the uid, so that the next `up` makes it anew
 * although no argument changed; and where none lives it is a value never used before.
 */
export function retryValue(newest: Pod | undefined, events: readonly PodEvent[], expected: Expectations): string {
  if (newest === undefined) return freshValue();
  const mayHeal = hasBeenReady(newest) && !hasEnded(newest);
  const failed = currentVerdict(newest, events, new Date(), expected).kind === "failed";
  if (failed && !mayHeal) return newest.metadata.uid;
  return newest.metadata.annotations?.[annotation.retry] ?? freshValue();
}

/** Why a Pod never started, which its status does not say. Without the right to read them it is not known. */
async function eventsOf(client: ClusterClient, pod: Pod | undefined): Promise<PodEvent[]> {
  if (pod === undefined || !isBeforeStart(pod)) return [];
  const { namespace, uid } = pod.metadata;
  return await readEvents({ client, namespace, podUid: uid }, eventsTimeoutMs).catch(() => []);
}

const eventsTimeoutMs = 3_000;

function freshValue(): string {
  return `fresh-${randomBytes(4).toString("hex")}`;
}

/**
 * The retry value (see `retryValue`) for the live Pods of a component; `null`, which triggers nothing, where a preview can't
 * know them.
 */
export function retryTrigger(
  { component, link }: Self,
  identity: pulumi.Output<Identity>,
  expected: Expectations,
): pulumi.Output<string | null> {
  const value = pulumi.all([identity, link.namespace]).apply(([{ selector }, namespace]) =>
    link.use<string | null>(component, "none", async (session) => {
      try {
        const pods = await session.podsAtStart(namespace);
        const newest = latestPod(pods.filter((pod) => hasLabels(pod.metadata.labels, selector)));
        return retryValue(newest, await eventsOf(session.client, newest), expected);
      } catch (error) {
        if (pulumi.runtime.isDryRun() && error instanceof ApiError) return null;
        throw error;
      }
    }),
  );
  return knownOr(value, null);
}
