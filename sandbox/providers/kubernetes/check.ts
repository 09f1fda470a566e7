import { asObject, getString } from "../json.ts";
import type { CheckCall, Checked } from "../provider.ts";
import { isUnknown, markSecrets } from "../wire.ts";
import type { Context } from "./context.ts";
import { normalize } from "./inputs.ts";
import { assignName, isNamed, keepName, withMetadataObject } from "./naming.ts";
import { resourceName, typeOf, withMetadata } from "./object.ts";
import { toBag, toObject } from "./state.ts";

export async function check(context: Context, call: CheckCall): Promise<Checked> {
  const type = typeOf(call.urn);
  if (type.kind.endsWith("List")) throw new Error("lists can't be created directly: create the single resources");
  let inputs = withMetadataObject(normalize(toObject(call.news)));
  if (type.patch && !isNamed(inputs)) throw new Error("Patch resources need a metadata.name");
  if (getString(inputs, "metadata", "generateName") !== "" && !isNamed(inputs)) {
    throw new Error("metadata.generateName is not supported with server-side apply");
  }
  const olds = toObject(call.olds);
  inputs =
    Object.keys(olds).length > 0
      ? keepName(inputs, olds)
      : assignName(inputs, resourceName(call.urn), call.seed, call.autonaming);
  const unplaced = !isUnknown(inputs.metadata) && asObject(inputs.metadata).namespace === undefined;
  if (unplaced && (await context.isNamespaced(inputs))) {
    inputs = withMetadata(inputs, { namespace: context.api?.namespace ?? "default" });
  }
  return { inputs: markSecrets(toBag(inputs), call.news) };
}
