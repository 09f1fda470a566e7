import type { ClusterClient } from "./client";
import { ApiError } from "./errors";
import type { Pod } from "./pod";
import { hasBeenReady } from "./pod";
import type { VerdictSettings } from "./verdict";
import { verdict } from "./verdict";

/**
 * The Pods of an InitPod that failed and never served. Pulumi deletes a replaced Pod only when an `up` succeeds, so each
 * failing one would leave one more.
 */
export function failedPredecessors(
  pods: readonly Pod[],
  current: { name: string; uid: string },
  settings: Pick<VerdictSettings, "retries" | "mustServe">,
): Pod[] {
  return pods.filter((pod) => {
    const { uid, name } = pod.metadata;
    // By the name it would be deleted, and a name of the user's own is the current Pod's too.
    if (uid === current.uid || name === current.name || hasBeenReady(pod)) return false;
    return verdict(pod, [], { ...settings, seenSeconds: Number.POSITIVE_INFINITY }).kind === "failed";
  });
}

/** Deletes Pods. What can't be deleted stays for the `up` that succeeds. */
export async function deletePods(client: ClusterClient, pods: readonly Pod[]): Promise<void> {
  await Promise.all(
    pods.map(async ({ metadata: { namespace, name } }) => {
      try {
        await client.json(`/api/v1/namespaces/${namespace}/pods/${name}`, {
          method: "DELETE",
        });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      }
    }),
  );
}
