import { forwardKey, listDesired, samePods, type ForwardRequest } from "../forward/desired";
import { ensureForward } from "../forward/ensure";
import { currentPod, type PodSummary } from "../forward/pods";
import { declaredUrl, initPodName, initPodSelector, type ClusterView } from "./clusterView";

/** What became of one URL. */
export interface ForwardOutcome {
  name: string;
  namespace: string;
  url: string;
  /** `answers`: proven by a request. `waits`: listens, and says what the Pod does. */
  state: "answers" | "waits" | "failed";
  message?: string;
}

/** Makes the URLs of InitPods answer here, from what their Pods say of themselves. */
export async function forwardAll(
  view: ClusterView,
  names: readonly string[],
  folder: string,
): Promise<ForwardOutcome[]> {
  const groups = new Map<string, PodSummary[]>();
  for (const pod of view.pods) {
    if (names.length > 0 && !names.includes(initPodName(pod))) continue;
    const key = JSON.stringify([pod.namespace, initPodSelector(pod)]);
    groups.set(key, [...(groups.get(key) ?? []), pod]);
  }
  const outcomes: ForwardOutcome[] = [];
  for (const pods of groups.values()) {
    const outcome = await forwardOne(view, pods, folder);
    if (outcome !== undefined) outcomes.push(outcome);
  }
  return outcomes;
}

async function forwardOne(view: ClusterView, pods: PodSummary[], folder: string): Promise<ForwardOutcome | undefined> {
  const ready = currentPod(pods);
  const pod = ready ?? pods.find(({ deleting }) => !deleting);
  const declared = pod && declaredUrl(pod);
  if (pod === undefined || declared === undefined) return undefined;
  const { url } = declared;
  const { name, namespace } = { name: initPodName(pod), namespace: pod.namespace };
  try {
    await ensureForward(requestOf(view, pod, declared, folder), {
      folder,
      podUid: ready?.uid,
      proof: ready !== undefined,
    });
    return { name, namespace, url, state: ready === undefined ? "waits" : "answers" };
  } catch (error) {
    return { name, namespace, url, state: "failed", message: error instanceof Error ? error.message : String(error) };
  }
}

function requestOf(
  view: ClusterView,
  pod: PodSummary,
  { localPort, podPort, protocol }: NonNullable<ReturnType<typeof declaredUrl>>,
  folder: string,
): ForwardRequest {
  const selector = initPodSelector(pod);
  const request: ForwardRequest = {
    // The real URN is not known here; the next `up` on this machine puts its own forward in place of this one.
    urn: `init-pod forward ${JSON.stringify(selector)}`,
    name: initPodName(pod),
    access: view.access,
    clusterUid: view.clusterUid,
    context: view.context,
    server: view.server,
    namespace: pod.namespace,
    ...{ selector, podPort, localPort, protocol },
  };
  const known = listDesired(folder).find(({ forward }) => samePods(forward, request))?.forward;
  const isOwn = known === undefined || forwardKey(known) === forwardKey(request);
  return isOwn ? request : { ...known, podPort, localPort, protocol };
}
