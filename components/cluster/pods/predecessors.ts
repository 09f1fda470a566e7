import { ApiError, type ClusterClient } from "../api";
import { hasBeenReady, type Pod } from "./pod";

/**
 * The Pods of an InitPod that never served, and for which there is another by now. Pulumi deletes a replaced Pod only when
 * an `up` succeeds, so each failing one would leave one more.
 */
export function supersededPods(pods: readonly Pod[], current: { name: string; uid: string }): Pod[] {
  // By the name it would be deleted, and a name of the user's own is the current Pod's too.
  return pods.filter(
    (pod) => pod.metadata.uid !== current.uid && pod.metadata.name !== current.name && !hasBeenReady(pod),
  );
}

/** Deletes Pods. What can't be deleted stays for the `up` that succeeds. */
export async function deletePods(client: ClusterClient, pods: readonly Pod[]): Promise<void> {
  await Promise.all(
    pods.map(async ({ metadata: { namespace, name } }) => {
      try {
        await client.json(`/api/v1/namespaces/${namespace}/pods/${name}`, { method: "DELETE" });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      }
    }),
  );
}
