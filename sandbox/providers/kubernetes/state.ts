import { asObject, getString, isObject, type Json, type JsonObject } from "../json.ts";
import { markSecrets, plain } from "../wire.ts";

const inputsKey = "__inputs";
const apiVersionKey = "__initialApiVersion";
const fieldManagerKey = "__fieldManager";

// CustomResourceDefinitions have fields with dashes, which no SDK can name: the engine sees them with underscores.
const dashed = /^x_kubernetes_[a-z_]+$/;
const underscored = /^x-kubernetes-[a-z-]+$/;

function renameKeys(value: Json, pattern: RegExp, from: string, to: string): Json {
  if (Array.isArray(value)) return value.map((item) => renameKeys(item, pattern, from, to));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]): [string, Json] => [
    pattern.test(key) ? key.replaceAll(from, to) : key,
    renameKeys(item ?? null, pattern, from, to),
  ]);
  return Object.fromEntries(entries);
}

/** A property bag as a Kubernetes object: no secret wrappers, Kubernetes' own field names. */
export function toObject(bag: JsonObject): JsonObject {
  return asObject(renameKeys(plain(bag), dashed, "_", "-"));
}

export interface State {
  inputs: JsonObject;
  live: JsonObject;
  fieldManager: string;
  initialApiVersion: string;
}

/** The same shape as the official provider's state, so that either can go on with the other's stack. */
export function parseState(bag: JsonObject): State {
  const object = toObject(bag);
  const live = Object.entries(object).filter(([key]) => !key.startsWith("__"));
  return {
    inputs: asObject(object[inputsKey]),
    live: Object.fromEntries(live),
    fieldManager: getString(object, fieldManagerKey),
    initialApiVersion: getString(object, apiVersionKey),
  };
}

/** `from` is the bag that says what is secret. */
export function makeState(state: State, from: JsonObject): JsonObject {
  const visible = (object: JsonObject) => markSecrets(toBag(object), from);
  return {
    ...visible(state.live),
    [inputsKey]: visible(state.inputs),
    [apiVersionKey]: state.initialApiVersion,
    [fieldManagerKey]: state.fieldManager,
  };
}

export function toBag(object: JsonObject): JsonObject {
  return asObject(renameKeys(object, underscored, "-", "_"));
}
