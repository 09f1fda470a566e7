import { ApiError, type ClusterClient } from "../../cluster/api";
import type { Pod } from "../../cluster/pods";
import { annotation } from "../../contract";
import { masker } from "../../text";

/** Hides what a Pod's containers were given, or says why that can't be done. */
export type Masking = { mask: (text: string) => string } | { withheld: string };

interface Reference {
  name: string;
  /** Without it, all keys. */
  key?: string;
}

interface SecretObject {
  metadata: { creationTimestamp?: string; managedFields?: { time?: string }[] };
  immutable?: boolean;
  data?: Record<string, string>;
}

type Fields = Record<string, unknown>;

/**
 * The way to mask the logs of a Pod's init containers, and of its others where `all` are shown. What one step is given,
 * another may print, by way of a file, so the Secrets of all count. Logs whose secrets can't be known are withheld.
 */
export async function maskingOf(client: ClusterClient, pod: Pod, all: boolean): Promise<Masking> {
  if (pod.metadata.annotations?.[annotation.holdsSecret] !== undefined)
    return { withheld: "a secret stands in the Pod's own fields, where it can't be told from other values" };
  const { initContainers = [], containers = [], volumes = [] } = (pod.spec ?? {}) as Record<string, Fields[]>;
  const shown = [...initContainers, ...(all ? containers : [])];
  const mounted = new Set(shown.flatMap(({ volumeMounts }) => list(volumeMounts).map(({ name }) => name)));
  const sources = volumes.filter(({ name }) => mounted.has(name));
  if (valuesOf(sources, "csi").length > 0)
    return { withheld: "a volume of theirs comes from a driver that may hold secrets" };
  const references = [
    ...valuesOf(shown, "secretKeyRef").map(({ name, key }) => ({ name: String(name), key: String(key) })),
    ...valuesOf(shown, "secretRef").map(({ name }) => ({ name: String(name) })),
    ...valuesOf(sources, "secret").map(({ name, secretName }) => ({ name: String(secretName ?? name) })),
  ];
  try {
    const read = new Map<string, Promise<SecretObject>>();
    for (const { name } of references) if (!read.has(name)) read.set(name, readSecret(client, pod, name));
    const texts = await Promise.all(references.map(async (one) => textsOf((await read.get(one.name))?.data, one)));
    return { mask: masker(texts.flat()) };
  } catch (error) {
    if (error instanceof Unmaskable) return { withheld: error.message };
    throw error;
  }
}

class Unmaskable extends Error {}

async function readSecret(client: ClusterClient, pod: Pod, name: string): Promise<SecretObject> {
  const { namespace, creationTimestamp = "" } = pod.metadata;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
  try {
    const secret = await client.json<SecretObject>(path);
    const { metadata, immutable } = secret;
    // One that can't change may still be another one than that of before, or have got a label.
    const changes = immutable === true ? [] : (metadata.managedFields ?? []).map(({ time }) => time);
    const isLater = (time = ""): boolean => Date.parse(time) > Date.parse(creationTimestamp);
    // The steps may have printed what it held before.
    if ([metadata.creationTimestamp, ...changes].some(isLater))
      throw new Unmaskable(`Secret ${name} has changed since the Pod was made`);
    return secret;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new Unmaskable(`Secret ${name}, which they are given, can't be read here to mask it: ${error.message}`);
  }
}

function textsOf(data: Record<string, string> = {}, { key }: Reference): string[] {
  const wanted = key === undefined ? Object.values(data) : [data[key] ?? ""];
  return wanted.map((text) => Buffer.from(text, "base64").toString("utf8"));
}

/** What stands under a name in these fields, however deep. */
function valuesOf(value: unknown, name: string): Fields[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    key === name && typeof inner === "object" && inner !== null ? [inner as Fields] : valuesOf(inner, name),
  );
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : [];
}
