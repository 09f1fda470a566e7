import { annotation } from "../annotations";
import type { ClusterAccess } from "../cluster/access";
import { ClusterClient } from "../cluster/client";
import { ApiError } from "../cluster/errors";
import { ClusterSession } from "../cluster/session";
import type { ForwardProtocol } from "../forward/desired";
import { labelSelector, summarize, type PodSummary, type RawPod } from "../forward/pods";
import { managedBy } from "../identity";
import type { Command } from "./arguments";

/** The cluster of a command, with the Pods of its InitPods. */
export interface ClusterView {
  access: ClusterAccess;
  context: string;
  server: string;
  clusterUid: string;
  pods: PodSummary[];
}

const reachTimeoutMs = 5_000;
const selector = labelSelector(managedBy);

/**
 * Reads the Pods of all InitPods that the user may see.
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
    const pods = await listPods(client, command.namespace);
    const clusterUid = await new ClusterSession(client, selector, () => undefined).uid();
    return { access, context: client.context, server: client.server, clusterUid, pods };
  } finally {
    client.close();
  }
}

async function listPods(client: ClusterClient, namespace: string | undefined): Promise<PodSummary[]> {
  const list = async (path: string): Promise<PodSummary[]> => {
    const query = { labelSelector: selector };
    const { items } = await client.json<{ items: RawPod[] }>(path, { query, timeoutMs: reachTimeoutMs });
    return items.map(summarize);
  };
  const within = (name: string): string => `/api/v1/namespaces/${encodeURIComponent(name)}/pods`;
  if (namespace !== undefined) return await list(within(namespace));
  try {
    return await list("/api/v1/pods");
  } catch (error) {
    // Many may read no more than their own namespace.
    if (error instanceof ApiError && error.status === 403) return await list(within(client.namespace));
    throw error;
  }
}

/** Name of the InitPod that a Pod belongs to. */
export function initPodName(pod: PodSummary): string {
  return pod.labels["app.kubernetes.io/name"] ?? pod.name;
}

/** Labels that the Pods of one InitPod share, and only they. */
export function initPodSelector(pod: PodSummary): Record<string, string> {
  const names = ["app.kubernetes.io/name", "app.kubernetes.io/instance"];
  return Object.fromEntries(Object.entries(pod.labels).filter(([name]) => names.includes(name)));
}

/** What a Pod says of its URL; `undefined` where it has none. */
export function declaredUrl(
  pod: PodSummary,
): { protocol: ForwardProtocol; localPort: number; podPort: number; url: string } | undefined {
  const localPort = Number(pod.annotations[annotation.localPort]);
  const podPort = Number(pod.annotations[annotation.port]);
  const protocol = pod.annotations[annotation.protocol] ?? "http";
  if (!isPort(localPort) || !isPort(podPort) || !/^(http|https|tcp)$/.test(protocol)) return undefined;
  return {
    protocol: protocol as ForwardProtocol,
    localPort,
    podPort,
    url: `${protocol}://127.0.0.1:${localPort}`,
  };
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value < 65_536;
}
