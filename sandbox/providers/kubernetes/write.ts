import { setTimeout as sleep } from "node:timers/promises";
import { get, getString, isObject, type JsonObject } from "../json.ts";
import { type Api, ApiError, KindNotFoundError } from "./api.ts";
import { parsePath } from "./diff.ts";
import { annotation, annotations, name, target } from "./object.ts";
import { isOthers, isOwnCreation, managedFields, moveOwnership } from "./ownership.ts";

const creator = "pulumi-kubernetes";
const createRetries = 5;
const moveAttempts = 5;

export interface Options {
  preview: boolean;
  fieldManager: string;
  forcePatches: boolean;
}

const dryRun = (preview: boolean): Record<string, string> => (preview ? { dryRun: "All" } : {});

async function apply(
  api: Api,
  inputs: JsonObject,
  path: string,
  force: boolean,
  options: Options,
): Promise<JsonObject> {
  try {
    return await api.request(path, {
      method: "PATCH",
      contentType: "application/apply-patch+yaml",
      query: { fieldManager: options.fieldManager, force: String(force), ...dryRun(options.preview) },
      body: inputs,
    });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 409) throw error;
    throw new ApiError(
      409,
      `server-side apply conflict of the field manager "${options.fieldManager}" (the annotation ` +
        `${annotations.patchForce} overrides it): ${error.message}`,
      error.status,
    );
  }
}

function mustForce(inputs: JsonObject, live: JsonObject | undefined, options: Options): boolean {
  if (options.forcePatches || annotation(inputs, annotations.patchForce) === "true") return true;
  if (!live) return options.preview;
  return managedFields(live).length === 0 || (options.preview && isOwnCreation(live));
}

/** Waits a while for a namespace or a kind that is just being made: programs needn't spell out each order. */
async function retried<T>(run: () => Promise<T>, note: (line: string) => void): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      const temporary = error instanceof KindNotFoundError || (error instanceof ApiError && error.code === 404);
      if (!temporary || attempt >= createRetries) throw error;
      note(`Retry #${attempt}; creation failed: ${error.message}`);
      await sleep(2 ** attempt * 1000);
    }
  }
}

export async function create(
  api: Api,
  inputs: JsonObject,
  options: Options & { upsert: boolean; note: (line: string) => void },
): Promise<JsonObject> {
  const once = async () => {
    if (options.upsert) {
      const force = mustForce(inputs, undefined, options);
      return apply(api, inputs, await api.path(target(inputs)), force, options);
    }
    return api.request(await api.path(target(inputs, false)), {
      method: "POST",
      query: { fieldManager: creator, ...dryRun(options.preview) },
      body: inputs,
    });
  };
  return options.preview ? once() : retried(once, options.note);
}

/** Ignored fields keep their live value, or are left out where they are another manager's. */
function keepIgnored(inputs: JsonObject, live: JsonObject, manager: string, ignore: string[]): JsonObject {
  const kept = structuredClone(inputs);
  for (const text of ignore) {
    const path = parsePath(text).map(String);
    const last = path.pop();
    const parent = get(kept, ...path);
    if (last === undefined || !isObject(parent)) continue;
    const value = get(live, ...path, last);
    if (isOthers(live, manager, [...path, last])) parent[last] = undefined;
    else if (value !== undefined) parent[last] = value;
  }
  return kept;
}

/**
 * Makes `manager` the applier of what was written before. It is tried again where a status is written at the same moment:
 * Pulumi's own provider fails then, which is nothing that anybody could build on.
 */
async function takeOver(api: Api, path: string, found: JsonObject, manager: string): Promise<JsonObject> {
  let live = found;
  for (let attempt = 1; ; attempt++) {
    const move = moveOwnership(live, manager);
    if (!move) return live;
    try {
      return await api.request(path, { method: "PATCH", contentType: "application/json-patch+json", body: move });
    } catch (error) {
      const isCrossed = error instanceof ApiError && error.code === 409;
      if (!isCrossed || attempt === moveAttempts) throw error;
      live = await api.request(path);
    }
  }
}

export async function update(
  api: Api,
  inputs: JsonObject,
  old: JsonObject,
  options: Options & { ignoreChanges: string[]; patch: boolean },
): Promise<JsonObject> {
  const path = await api.path({ ...target(inputs), name: name(old) });
  let live = await api.request(path);
  if (inputs.kind === "CustomResourceDefinition") {
    const resourceVersion = getString(live, "metadata", "resourceVersion");
    const metadata = { ...(isObject(inputs.metadata) ? inputs.metadata : {}), resourceVersion };
    const query = { fieldManager: options.fieldManager, ...dryRun(options.preview) };
    return api.request(path, { method: "PUT", query, body: { ...inputs, metadata } });
  }
  if (!options.preview && !options.patch) live = await takeOver(api, path, live, options.fieldManager);
  const body = keepIgnored(inputs, live, options.fieldManager, options.ignoreChanges);
  return apply(api, body, path, mustForce(inputs, live, options), options);
}

/** Gives up what a Patch resource had set, by applying nothing. */
export async function relinquish(api: Api, object: JsonObject, options: Options): Promise<void> {
  const { apiVersion, kind } = target(object);
  const metadata = { name: name(object), namespace: get(object, "metadata", "namespace") };
  await apply(api, { apiVersion, kind, metadata }, await api.path(target(object)), true, options);
}
