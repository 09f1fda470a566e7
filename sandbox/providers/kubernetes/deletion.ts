import { type DeleteCall, InitFailedError } from "../provider.ts";
import { KindNotFoundError } from "./api.ts";
import { type Context, unreachableHint } from "./context.ts";
import { parseId, typeOf, withMetadata } from "./object.ts";
import { NotReadyError, timeoutOf } from "./ready.ts";
import { remove } from "./remove.ts";
import { makeState, parseState } from "./state.ts";
import { relinquish } from "./write.ts";

export async function deleteResource(context: Context, call: DeleteCall): Promise<void> {
  const { api, log } = context;
  if (!api) {
    log("warning", context.unreachableText, { urn: call.urn });
    if (context.settings.deleteUnreachable) return;
    throw new Error(`configured Kubernetes cluster is unreachable: ${unreachableHint}`);
  }
  const state = parseState(call.properties);
  const live = withMetadata(state.live, { name: parseId(call.id).name });
  try {
    if (typeOf(call.urn).patch) {
      await relinquish(api, live, { preview: false, forcePatches: true, fieldManager: state.fieldManager });
      return;
    }
    const timeoutSeconds = timeoutOf(state.inputs, call.timeoutSeconds);
    await remove(api, state.inputs, live, { urn: call.urn, timeoutSeconds, signal: context.cancelled.signal, log });
  } catch (error) {
    if (error instanceof KindNotFoundError) return;
    if (!(error instanceof NotReadyError)) throw error;
    const properties = makeState({ ...state, live: error.live }, call.properties);
    throw new InitFailedError(error.message, { id: call.id, properties });
  }
}
