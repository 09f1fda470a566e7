import { getString, type JsonObject } from "../json.ts";
import { InitFailedError, type Instance, type ReadCall } from "../provider.ts";
import { markSecrets } from "../wire.ts";
import { type Api, ApiError, KindNotFoundError } from "./api.ts";
import { type Context, unreachableHint } from "./context.ts";
import { normalize, prune } from "./inputs.ts";
import { newFieldManager } from "./naming.ts";
import { name, namespace, parseId, typeOf } from "./object.ts";
import { unhealthy } from "./ready.ts";
import { makeState, parseState, type State, toBag, toObject } from "./state.ts";

function withoutServerFields(live: JsonObject): JsonObject {
  const inputs = normalize(live);
  delete inputs.status;
  return inputs;
}

async function readLive(api: Api, where: Parameters<Api["path"]>[0]): Promise<JsonObject | undefined> {
  try {
    return await api.request(await api.path(where));
  } catch (error) {
    if (error instanceof KindNotFoundError || (error instanceof ApiError && error.code === 404)) return undefined;
    throw error;
  }
}

function readWithoutCluster(context: Context, call: ReadCall): Instance | undefined {
  context.log("warning", context.unreachableText, { urn: call.urn });
  if (context.settings.deleteUnreachable) return undefined;
  if (context.settings.skipUnreachable) return { id: call.id, properties: call.properties, inputs: call.inputs };
  throw new Error(`failed to read the resource, as the cluster is unreachable: ${unreachableHint}`);
}

/** Inputs come back as the live object would have them, so that drift shows and the server's additions don't. */
export async function readResource(context: Context, call: ReadCall): Promise<Instance | undefined> {
  const { api } = context;
  if (!api) return readWithoutCluster(context, call);
  const old = parseState(call.properties);
  const known = normalize(toObject(call.inputs));
  const fromCluster = known.kind === undefined && old.live.kind === undefined;
  const type = typeOf(call.urn);
  const id = parseId(call.id);
  const where = {
    apiVersion: getString(known, "apiVersion") || getString(old.live, "apiVersion") || type.apiVersion,
    kind: getString(known, "kind") || getString(old.live, "kind") || type.kind,
    namespace: id.namespace || namespace(known),
    name: id.name,
  };
  const live = await readLive(api, where);
  if (!live) return undefined;
  const inputs = fromCluster ? withoutServerFields(live) : prune(live, known);
  const state: State = {
    inputs,
    live,
    fieldManager: old.fieldManager || newFieldManager(),
    initialApiVersion: old.initialApiVersion || where.apiVersion,
  };
  const instance: Instance = {
    id: call.id,
    properties: makeState(state, call.inputs),
    inputs: markSecrets(toBag(inputs), call.inputs),
  };
  const reasons = fromCluster ? undefined : await unhealthy(api, known, live);
  if (!reasons) return instance;
  throw new InitFailedError(`Resource '${name(live)}' was created but failed to initialize`, instance, reasons);
}
