import { StringDecoder } from "node:string_decoder";
import { ApiError, type ApiRequest, type ClusterClient, UnreachableError } from "../api";
import type { Pod } from "./pod";

/** Which Pods are asked for, and how. */
export interface ListRequest extends Pick<ApiRequest, "signal" | "fresh" | "timeoutMs"> {
  /** Default: Pods. Of others, only the metadata is told. */
  resource?: "pods" | "services";
  /** Without it, the Pods of all namespaces. */
  namespace?: string;
  labelSelector: string;
  /** At most so many. */
  limit?: number;
}

export interface WatchRequest extends ListRequest {
  /** What happened since is told. */
  version: string;
  /** The API server ends the watch after this time, shortly before with a bookmark. */
  seconds: number;
  /** A watch that hears nothing for so long runs over a dead connection, and fails. */
  silenceMs: number;
}

/** What a watch tells. Each event moves the version from which the next watch goes on; a bookmark does nothing else. */
export interface WatchEvent {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  /** Of a bookmark, the version alone. */
  object: Pod;
}

/** In characters: far more than a Pod can have (etcd's limit is 1.5 MiB). */
const longestEvent = 16 * 1024 * 1024;

export function podsPath(namespace?: string, resource = "pods"): string {
  return `/api/v1/${namespace === undefined ? "" : `namespaces/${encodeURIComponent(namespace)}/`}${resource}`;
}

/**
 * The Pods as they are, and the version from which a watch goes on.
 * @throws {ApiError} where they may not be listed.
 * @throws {UnreachableError} where no answer came in time, or none of a Kubernetes API server.
 */
export async function listPods(
  client: ClusterClient,
  { resource, namespace, labelSelector, limit, ...request }: ListRequest,
): Promise<{ pods: Pod[]; version: string }> {
  type Answer = { metadata?: { resourceVersion?: string }; items?: Pod[] } | null;
  const answer = await client.json<Answer>(podsPath(namespace, resource), {
    ...request,
    query: { labelSelector, limit },
  });
  const { items: pods, metadata } = answer ?? {};
  if (!Array.isArray(pods) || !pods.every(isPod) || metadata?.resourceVersion === undefined) throw notKubernetes();
  return { pods, version: metadata.resourceVersion };
}

/**
 * Begins a watch: resolves once the API server lets it, with what it tells until it ends. A list goes before it, and a new
 * one after each error, as it also shows what happened while nothing was heard.
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 * @throws {ApiError} where the Pods may not be watched, or (410) not from that version on. The events may end so, too.
 * @throws {UnreachableError} where no answer came in time. The events end so where they are none of a Kubernetes API server.
 */
export async function watchPods(
  client: ClusterClient,
  { resource, namespace, labelSelector, version, seconds, silenceMs, ...request }: WatchRequest,
): Promise<AsyncIterable<WatchEvent>> {
  const from = { watch: true, allowWatchBookmarks: true, resourceVersion: version, timeoutSeconds: seconds };
  const query = { labelSelector, ...from };
  return eventsOf(await client.stream(podsPath(namespace, resource), { ...request, query, stallMs: silenceMs }));
}

async function* eventsOf(answer: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent> {
  const decoder = new StringDecoder("utf8");
  let line = "";
  for await (const chunk of answer) {
    const [end = "", ...others] = decoder.write(chunk).split("\n");
    line += end;
    for (const next of others) {
      if (line !== "") yield parseEvent(line);
      line = next;
    }
    if (line.length > longestEvent) throw notKubernetes();
  }
  if (line !== "") throw notKubernetes();
}

function parseEvent(line: string): WatchEvent {
  let event: { type?: string; object?: Partial<Pod & { code: number; message: string; reason: string }> } | null;
  try {
    event = JSON.parse(line) as typeof event;
  } catch {
    throw notKubernetes();
  }
  const { type = "", object } = event ?? {};
  if (type === "ERROR" && object)
    throw new ApiError(object.code ?? 500, object.message ?? "watch ended", object.reason);
  const isChange = ["ADDED", "MODIFIED", "DELETED"].includes(type) && isPod(object);
  if (!isChange && !(type === "BOOKMARK" && object?.metadata)) throw notKubernetes();
  return event as WatchEvent;
}

/** Whether there is what tells a Pod from others. */
function isPod(object: Partial<Pod> | null | undefined): object is Pod {
  const { name, uid } = object?.metadata ?? {};
  return typeof name === "string" && typeof uid === "string";
}

function notKubernetes(): UnreachableError {
  return new UnreachableError("it answers, but not as a Kubernetes API server");
}
