import { currentPod, readinessPath } from "../../cluster/pods";
import { ensureForward } from "../../forward/client";
import { forwardKey, type ForwardRequest, readDesired, samePlace } from "../../forward/state";
import { errorText } from "../../text";
import { chooseEach } from "./choose";
import type { ClusterView } from "./clusterView";
import { type DeclaredUrl, type InitPodView, urlOf } from "./initPods";

/** What became of one URL. */
export interface ForwardOutcome {
  name: string;
  namespace: string;
  /** `""` where the InitPod has none. */
  url: string;
  /** `answers`: proven by a request. `waits`: listens, and says what the Pod does. */
  state: "answers" | "waits" | "failed";
  /** Why it failed, or what is odd about the answer. */
  message?: string;
}

/**
 * Makes the URLs of InitPods answer here, from what their Pods say of themselves.
 * @throws {NameError} where a name means none of them, or several.
 */
export async function forwardAll(
  view: ClusterView,
  names: readonly string[],
  folder: string,
): Promise<ForwardOutcome[]> {
  const outcomes: ForwardOutcome[] = [];
  for (const initPod of chooseEach(names, view.initPods, `InitPod in context ${view.context}`)) {
    const declared = urlOf(initPod);
    if (declared !== undefined) outcomes.push(await forwardOne(view, initPod, declared, folder));
    else if (names.length > 0) outcomes.push(withoutUrl(initPod));
  }
  return outcomes;
}

function withoutUrl({ name, namespace }: InitPodView): ForwardOutcome {
  const message = "It has no URL: its container declares no port, or forward.mode is never.";
  return { name, namespace, url: "", state: "failed", message };
}

async function forwardOne(
  view: ClusterView,
  initPod: InitPodView,
  declared: DeclaredUrl,
  folder: string,
): Promise<ForwardOutcome> {
  const { name, namespace } = initPod;
  const { url } = declared;
  const ready = currentPod(initPod.pods.map(({ pod }) => pod));
  const path = readinessPath(ready?.spec, declared.podPort);
  const options = { folder, podUid: ready?.metadata.uid, proof: ready !== undefined, path };
  try {
    const message = await ensureForward(requestOf(view, initPod, declared, folder), options);
    return { name, namespace, url, state: ready === undefined ? "waits" : "answers", message };
  } catch (error) {
    return { name, namespace, url, state: "failed", message: errorText(error) };
  }
}

function requestOf(
  view: ClusterView,
  { id, name, namespace, selector }: InitPodView,
  { localPort, podPort, protocol }: DeclaredUrl,
  folder: string,
): ForwardRequest {
  const { access, clusterUid, context, server } = view;
  const request: ForwardRequest = {
    id,
    name,
    access,
    clusterUid,
    context,
    server,
    namespace,
    selector,
    podPort,
    localPort,
    protocol,
  };
  const known = readDesired(folder, forwardKey(request))?.forward;
  // What an `up` wrote knows more: whether the logs hold a secret, and which way leads to the cluster.
  return known !== undefined && samePlace(known, request) ? { ...known, podPort, localPort, protocol } : request;
}
