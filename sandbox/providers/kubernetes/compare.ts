import type { JsonObject } from "../json.ts";
import type { DiffCall, Difference } from "../provider.ts";
import type { Context } from "./context.ts";
import { difference } from "./diff.ts";
import { identity, immutableFields } from "./immutable.ts";
import { normalize, prune } from "./inputs.ts";
import { isAutonamed, isNamed } from "./naming.ts";
import { name, namespace, typeOf, withMetadata } from "./object.ts";
import { parseState, toObject } from "./state.ts";

/** Compares what the last run left, in the shape of what the program said then, with what it says now. */
export async function compare(context: Context, call: DiffCall): Promise<Difference> {
  const old = parseState(call.olds);
  const now = normalize(toObject(call.news));
  const pruned = prune(old.live, normalize(old.inputs));
  const space = (await context.isNamespaced(now)) ? "default" : "";
  const placed = (object: JsonObject) =>
    space === "" ? object : withMetadata(object, { namespace: namespace(object) || space });
  const live = placed(withMetadata(pruned, isNamed(now) ? { name: name(old.live) } : {}));
  const wanted = placed(now);
  const immutable = typeOf(call.urn).patch ? identity : immutableFields(wanted, context.settings.mutable);
  const changes = difference(live, wanted, immutable, call.ignoreChanges);
  const replace = [...changes.values()].some((change) => change.replace);
  const sameName = isNamed(wanted) && !isAutonamed(wanted) && name(wanted) === name(old.live);
  const sameNamespace = namespace(wanted) === (namespace(old.live) || space);
  return { changes, deleteBeforeReplace: replace && sameName && sameNamespace };
}
