import { randomBytes } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { ApiError, type ClusterClient } from "../cluster/api";
import { hasBeenReady, hasEnded, isBeforeStart, type Pod, type PodEvent, readEvents } from "../cluster/pods";
import { verdict, type VerdictSettings } from "../cluster/verdict";
import { annotation, hasLabels, type Identity } from "../contract";
import { type ClusterLink, knownOr } from "../pulumi";

/**
 * The value that stands in the Pod's retry annotation and triggers its replacement when it changes. The newest live Pod
 * is the memory: as long as it is well the value stays; of a failed one it is the uid, so that the next `up` makes it anew
 * although no argument changed; and where none lives it is a value never used before.
 */
export function retryValue(
  newest: Pod | undefined,
  events: readonly PodEvent[],
  settings: Pick<VerdictSettings, "retries" | "mustServe">,
): string {
  if (newest === undefined) return freshValue();
  const mayHeal = hasBeenReady(newest) && !hasEnded(newest);
  const failed = verdict(newest, events, { ...settings, seenSeconds: age(newest) }).kind === "failed";
  if (failed && !mayHeal) return newest.metadata.uid;
  return newest.metadata.annotations?.[annotation.retry] ?? freshValue();
}

export function newestOf(pods: readonly Pod[]): Pod | undefined {
  return pods.reduce<Pod | undefined>((latest, pod) => (latest && age(latest) <= age(pod) ? latest : pod), undefined);
}

/** Seconds since the Pod was created. */
function age({ metadata }: Pod): number {
  return (Date.now() - Date.parse(metadata.creationTimestamp ?? "")) / 1000;
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
  component: pulumi.Resource,
  link: ClusterLink,
  identity: pulumi.Output<Identity>,
  settings: Pick<VerdictSettings, "retries" | "mustServe">,
): pulumi.Output<string | null> {
  const value = pulumi.all([identity, link.namespace]).apply(([{ selector }, namespace]) =>
    link.use<string | null>(component, "none", async (session) => {
      try {
        const pods = await session.podsAtStart(namespace);
        const newest = newestOf(pods.filter((pod) => hasLabels(pod.metadata.labels, selector)));
        return retryValue(newest, await eventsOf(session.client, newest), settings);
      } catch (error) {
        if (pulumi.runtime.isDryRun() && error instanceof ApiError) return null;
        throw error;
      }
    }),
  );
  return knownOr(value, null);
}
