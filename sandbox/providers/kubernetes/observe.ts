import { setTimeout as sleep } from "node:timers/promises";
import { getString, isObject, type JsonObject } from "../json.ts";
import { type Api, ApiError } from "./api.ts";
import { name, uid } from "./object.ts";

const retryMs = 500;
const watchSeconds = 240;

/**
 * Every state of one object that can be seen from now on; undefined when it is gone. Survives watches that end, and a
 * server that is away for a while; ends with `signal`.
 */
export async function* observe(
  api: Api,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<JsonObject | undefined, undefined> {
  const separator = path.lastIndexOf("/");
  const collection = path.slice(0, separator);
  const fieldSelector = `metadata.name=${decodeURIComponent(path.slice(separator + 1))}`;
  while (!signal.aborted) {
    try {
      const object = await api.request(path);
      yield object;
      const resourceVersion = getString(object, "metadata", "resourceVersion");
      const query = { fieldSelector, resourceVersion, timeoutSeconds: String(watchSeconds) };
      for await (const event of api.watch(collection, query, signal)) {
        if (event.type === "ERROR") break;
        if (event.type === "DELETED") yield undefined;
        else if (isObject(event.object)) yield event.object;
      }
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) yield undefined;
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}

/** True once the object is gone, or another one has its name; false at the deadline. */
export async function untilGone(
  api: Api,
  path: string,
  object: JsonObject,
  signal: AbortSignal,
  seen: (live: JsonObject) => void,
): Promise<boolean> {
  const stop = new AbortController();
  try {
    for await (const live of observe(api, path, AbortSignal.any([signal, stop.signal]))) {
      if (!live || (uid(object) !== "" && uid(live) !== uid(object)) || name(live) !== name(object)) return true;
      seen(live);
    }
    return false;
  } finally {
    stop.abort();
  }
}
