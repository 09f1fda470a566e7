import { randomBytes } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { ApiError, type ClusterClient, hasStatus } from "../cluster/api";
import {
  type ClusterSession,
  hasBeenReady,
  hasEnded,
  isBeforeStart,
  latestPod,
  type Pod,
  type PodEvent,
  readEvents,
} from "../cluster/pods";
import { describePod } from "../cluster/report";
import { currentVerdict } from "../cluster/verdict";
import { annotation, type Expectations, hasLabels, type Identity, type Labels } from "../contract";
import { knownOf, type Self } from "../pulumi";
import type { Reason } from "../spec/changes";

/** Whether the Pod must be made anew although its arguments are the same. */
export interface Retry {
  /** Stands in the Pod's retry annotation and triggers its replacement when it changes; null triggers nothing. */
  value: string | null;
  /** Why the Pod is made anew; undefined where it is not. */
  why?: Reason;
}

/**
 * The newest live Pod is the memory: as long as it is well the value stays; of a failed one it is the uid, so that the next
 * `up` makes it anew although no argument changed; and where none lives it is a value never used before.
 */
export function retryOf(newest: Pod | undefined, events: readonly PodEvent[], expected: Expectations): Retry {
  if (newest === undefined) return { value: freshValue(), why: { kind: "noneLives" } };
  const { name, uid, annotations } = newest.metadata;
  const mayHeal = hasBeenReady(newest) && !hasEnded(newest);
  const verdict = currentVerdict(newest, events, new Date(), expected);
  if (verdict.kind === "failed" && !mayHeal) {
    return { value: uid, why: { kind: "failed", pod: name, what: describePod(newest, verdict) } };
  }
  return { value: annotations?.[annotation.retry] ?? freshValue() };
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

/** Of the live Pods of a component; where a preview can't know them, nothing is triggered. */
export async function retryTrigger(
  { component, link }: Self,
  earlier: readonly Pod[] | undefined,
  isNew: boolean,
  expected: Expectations,
): Promise<Retry> {
  const untriggered: Retry = { value: null };
  if (earlier === undefined) return untriggered;
  return await link.use<Retry>(
    component,
    { noCluster: { value: "none" }, unknown: untriggered },
    async ({ client }) => {
      const newest = latestPod(earlier);
      const { value, why } = retryOf(newest, await eventsOf(client, newest), expected);
      return { value, why: isNew ? undefined : why };
    },
  );
}

/**
 * The Pods that an InitPod has before this run, without those being deleted; undefined where a preview may not read them.
 * They are where the objects of the InitPod are made, or where a transformation of the program, or the program as it was
 * before, has put them.
 */
export async function earlierPods(
  { component, link }: Self,
  { selector }: Identity,
  isNew: boolean,
): Promise<readonly Pod[] | undefined> {
  const namespace = await knownOf(link.namespace);
  if (namespace === undefined) return undefined;
  return await link.use<readonly Pod[] | undefined>(
    component,
    { noCluster: [], unknown: undefined },
    async (session) => {
      try {
        const all = await session.podsAtStart(namespace);
        const pods = all.filter((pod) => hasLabels(pod.metadata.labels, selector));
        return pods.length > 0 || isNew ? pods : await podsElsewhere(session, selector);
      } catch (error) {
        if (pulumi.runtime.isDryRun() && error instanceof ApiError) return undefined;
        throw error;
      }
    },
  );
}

async function podsElsewhere(session: ClusterSession, selector: Labels): Promise<Pod[]> {
  try {
    return await session.podsAnywhere(selector);
  } catch (error) {
    // Most have no right to do so, nor a Pod elsewhere.
    if (hasStatus(error, 403)) return [];
    throw error;
  }
}
