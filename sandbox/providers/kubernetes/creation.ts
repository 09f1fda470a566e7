import { asObject, getString } from "../json.ts";
import { type CreateCall, InitFailedError, type Instance } from "../provider.ts";
import { ApiError } from "./api.ts";
import type { Context } from "./context.ts";
import { reasonsOf, textOf } from "./failure.ts";
import { newFieldManager } from "./naming.ts";
import { annotation, annotations, idOf, typeOf } from "./object.ts";
import { NotReadyError } from "./ready.ts";
import { makeState, type State, toObject } from "./state.ts";
import { create } from "./write.ts";

/** No right to dry-run, a namespace that this run will make, a name that a replacement frees: shown as planned. */
function isOfNoConcernInPreview(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const missing = asObject(error.status.details).kind;
  return (
    error.code === 403 || (error.code === 404 && missing === "namespaces") || error.status.reason === "AlreadyExists"
  );
}

export async function createResource(context: Context, call: CreateCall): Promise<Instance> {
  const inputs = toObject(call.properties);
  const { patch } = typeOf(call.urn);
  const unchanged = { id: "", properties: call.properties };
  if (call.preview && (patch || !(await context.canPreview(inputs, call.urn)))) return unchanged;
  const api = context.reachable();
  const state: State = {
    inputs,
    live: inputs,
    fieldManager: annotation(inputs, annotations.fieldManager) || newFieldManager(),
    initialApiVersion: getString(inputs, "apiVersion"),
  };
  const options = {
    preview: call.preview,
    fieldManager: state.fieldManager,
    forcePatches: context.settings.forcePatches,
    upsert: patch || context.settings.upsertExisting,
    note: (line: string) => context.status(call.urn, line),
  };
  try {
    state.live = await create(api, inputs, options);
  } catch (error) {
    if (call.preview && isOfNoConcernInPreview(error)) return unchanged;
    const reason = `resource "${call.urn}" was not successfully created by the Kubernetes API server`;
    throw new Error(`${reason}: ${textOf(error)}`, { cause: error });
  }
  if (call.preview) {
    delete state.live.status;
    return { id: "", properties: makeState(state, call.properties) };
  }
  const id = idOf(state.live);
  try {
    state.live = await context.untilReady(call, inputs, state.live);
  } catch (error) {
    if (error instanceof NotReadyError) state.live = error.live;
    const reason =
      `resource "${call.urn}" was successfully created, but the Kubernetes API server ` +
      `reported that it failed to fully initialize or become live: ${textOf(error)}`;
    throw new InitFailedError(reason, { id, properties: makeState(state, call.properties) }, reasonsOf(error));
  }
  return { id, properties: makeState(state, call.properties) };
}
