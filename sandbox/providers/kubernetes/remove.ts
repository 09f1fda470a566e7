import { asArray, asString, get, type JsonObject } from "../json.ts";
import type { Log } from "../provider.ts";
import { type Api, ApiError } from "./api.ts";
import { annotation, annotations, target } from "./object.ts";
import { untilGone } from "./observe.ts";
import { NotReadyError } from "./ready.ts";

/** With skipAwait, only these are left behind while they still end; every other kind is waited for all the same. */
const leftBehind = new Set([
  "v1/Namespace",
  "v1/Pod",
  "v1/ReplicationController",
  "apps/v1/DaemonSet",
  "apps/v1/Deployment",
  "apps/v1/StatefulSet",
  "batch/v1/Job",
]);

function propagation(inputs: JsonObject): string {
  const wanted = annotation(inputs, annotations.deletionPropagation).toLowerCase();
  return wanted === "orphan" ? "Orphan" : wanted === "background" ? "Background" : "Foreground";
}

export async function remove(
  api: Api,
  inputs: JsonObject,
  live: JsonObject,
  wait: { urn: string; timeoutSeconds: number; signal: AbortSignal; log: Log },
): Promise<void> {
  const { urn } = wait;
  const path = await api.path(target(live));
  try {
    const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: propagation(inputs) };
    await api.request(path, { method: "DELETE", body });
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return;
    throw error;
  }
  const { apiVersion, kind } = target(inputs);
  if (annotation(inputs, annotations.skipAwait) === "true" && leftBehind.has(`${apiVersion}/${kind}`)) {
    wait.log("info", "Skipping await logic", { urn, status: true });
    return;
  }
  let last = live;
  const signal = AbortSignal.any([wait.signal, AbortSignal.timeout(wait.timeoutSeconds * 1000)]);
  const gone = await untilGone(api, path, live, signal, (object) => {
    last = object;
    if (get(object, "metadata", "deletionTimestamp") !== undefined) {
      wait.log("info", "Resource scheduled for deletion", { urn, status: true });
    }
  });
  if (!gone) {
    const finalizers = asArray(get(last, "metadata", "finalizers"))
      .map(asString)
      .join(", ");
    wait.log("warning", `finalizers might be preventing deletion (${finalizers})`, { urn });
    throw new NotReadyError("timed out waiting for the condition", last);
  }
  wait.log("info", "", { urn, status: true });
}
