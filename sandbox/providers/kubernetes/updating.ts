import { getString, type JsonObject } from "../json.ts";
import { InitFailedError, type UpdateCall } from "../provider.ts";
import { ApiError } from "./api.ts";
import type { Context } from "./context.ts";
import { reasonsOf, textOf } from "./failure.ts";
import { normalize } from "./inputs.ts";
import { newFieldManager } from "./naming.ts";
import { annotation, annotations, idOf, target, typeOf } from "./object.ts";
import { makeState, parseState, type State, toObject } from "./state.ts";
import { update } from "./write.ts";

export async function updateResource(context: Context, call: UpdateCall): Promise<JsonObject> {
  const inputs = normalize(toObject(call.news));
  if (call.preview && !(await context.canPreview(inputs, call.urn))) return call.news;
  const api = context.reachable();
  const old = parseState(call.olds);
  const state: State = {
    inputs,
    live: old.live,
    fieldManager: annotation(inputs, annotations.fieldManager) || old.fieldManager || newFieldManager(),
    initialApiVersion: old.initialApiVersion || getString(inputs, "apiVersion"),
  };
  const options = {
    preview: call.preview,
    fieldManager: state.fieldManager,
    forcePatches: context.settings.forcePatches,
    ignoreChanges: call.ignoreChanges,
    patch: typeOf(call.urn).patch,
  };
  try {
    state.live = await update(api, inputs, old.live, options);
    if (!call.preview) state.live = await context.untilReady(call, inputs, state.live);
  } catch (error) {
    if (call.preview && error instanceof ApiError && error.code === 403) return call.news;
    // A refused update leaves the new inputs in the state all the same: the official provider's does.
    state.live = await api.request(await api.path(target(old.live)));
    const id = idOf(state.live);
    const reason = `the Kubernetes API server reported that "${id}" failed to fully initialize or become live`;
    const instance = { id, properties: makeState(state, call.news) };
    throw new InitFailedError(`${reason}: ${textOf(error)}`, instance, reasonsOf(error));
  }
  return makeState(state, call.news);
}
