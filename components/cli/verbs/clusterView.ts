import { ApiError, type ClusterAccess, ClusterClient, hasStatus } from "../../cluster/api";
import { type LogSource, readTail } from "../../cluster/logs";
import { ClusterSession, isToldByEvents, listPods, type Pod, readEvents } from "../../cluster/pods";
import { currentVerdict, markVerdict } from "../../cluster/verdict";
import { isMade, ofAnyInitPod, ofNoInitPod } from "../../contract";
import type { Command } from "./arguments";
import { initPodsOf, type InitPodView, type JudgedPod } from "./initPods";

/** The cluster of a command, with its InitPods. */
export interface ClusterView {
  client: ClusterClient;
  access: ClusterAccess;
  context: string;
  server: string;
  clusterUid: string;
  initPods: InitPodView[];
  /** The last lines of a container's log, made harmless. */
  logTail: (source: LogSource) => Promise<string[]>;
  close: () => void;
}

const reachTimeoutMs = 5_000;
const eventsTimeoutMs = 3_000;

/**
 * Reads the InitPods that the user may see.
 * @throws {KubeconfigError} where the kubeconfig or its context can't be used.
 * @throws {UnreachableError} where the API server doesn't answer.
 * @throws {ApiError} where it refuses.
 */
export async function viewCluster(command: Command, env: NodeJS.ProcessEnv = process.env): Promise<ClusterView> {
  const access: ClusterAccess = {
    kubeconfigPath: command.kubeconfig ?? (env.KUBECONFIG === "" ? undefined : env.KUBECONFIG),
    context: command.context,
  };
  const client = await ClusterClient.connect(access);
  try {
    const pods = await visiblePods(client, command.namespace);
    const initPods = initPodsOf(await Promise.all(pods.map((pod) => judged(client, pod))));
    const clusterUid = await new ClusterSession(client, ofAnyInitPod, () => undefined).uid();
    return {
      client,
      access,
      context: client.context,
      server: client.server,
      clusterUid,
      initPods,
      // Known secrets are not known here: whoever asks sees to it that there are none.
      logTail: async (source) => (await readTail(client, source, (text) => text)).lines,
      close: () => client.close(),
    };
  } catch (error) {
    client.close();
    throw error;
  }
}

async function judged(client: ClusterClient, pod: Pod): Promise<JudgedPod> {
  const { namespace, uid } = pod.metadata;
  // Without the right to read them, less is known.
  const reading = isToldByEvents(pod) ? readEvents({ client, namespace, podUid: uid }, eventsTimeoutMs) : undefined;
  const events = (await reading?.catch(() => undefined)) ?? [];
  return { pod, verdict: markVerdict(pod) ?? currentVerdict(pod, events) };
}

/** Of Pods without our label, so many are looked at. */
const mostOthers = 1_000;

async function visiblePods(client: ClusterClient, namespace?: string): Promise<Pod[]> {
  const request = { namespace, timeoutMs: reachTimeoutMs };
  try {
    const { pods } = await listPods(client, { ...request, labelSelector: ofAnyInitPod });
    if (pods.length > 0) return pods;
    // Before it is said that there are none: an admission policy may have taken the label away.
    const others = await listPods(client, { ...request, labelSelector: ofNoInitPod, limit: mostOthers });
    return others.pods.filter(({ metadata }) => isMade(metadata));
  } catch (error) {
    if (!hasStatus(error, 403)) throw error;
    if (namespace !== undefined) throw new ApiError(403, withoutRight(namespace, error));
    // Many may read no more than their own namespace.
    return await visiblePods(client, client.namespace);
  }
}

function withoutRight(namespace: string, { message }: ApiError): string {
  return `No right to list the Pods of namespace ${namespace}. Is it the right one (-n)? The API server says: ${message}`;
}
