import { asObject, asString, isObject, type Json, type JsonObject } from "../json.ts";
import { hasUnknown } from "../wire.ts";
import { canonicalQuantity } from "./quantity.ts";

const readOnlyMetadata = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
];
/** Maps of the user's own keys and values, where nothing is a field of Kubernetes. */
const userMaps = new Set([
  "annotations",
  "labels",
  "matchLabels",
  "nodeSelector",
  "data",
  "stringData",
  "binaryData",
  "parameters",
]);
const quantityMaps = new Set(["limits", "requests", "capacity", "hard", "overhead"]);
const quantities = new Set(["sizeLimit", "divisor", "storage"]);
/** Fields that the API server leaves out when they are false, 0 or "": a program may write them all the same. */
const omittedWhenZero = new Set([
  "hostIPC",
  "hostNetwork",
  "hostPID",
  "paused",
  "publishNotReadyAddresses",
  "readOnly",
  "stdin",
  "stdinOnce",
  "tty",
  "failureThreshold",
  "hostPort",
  "initialDelaySeconds",
  "minReadySeconds",
  "periodSeconds",
  "successThreshold",
  "timeoutSeconds",
  "hostIP",
  "nodeName",
  "schedulerName",
  "subPath",
  "value",
  "workingDir",
]);

function isBuiltIn(apiVersion: Json | undefined): boolean {
  if (typeof apiVersion !== "string") return false;
  const [group = "", version] = apiVersion.split("/");
  return version === undefined || !group.includes(".") || group.endsWith(".k8s.io");
}

function isOmitted(key: string, value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) return userMaps.has(key) && Object.keys(value).length === 0;
  return omittedWhenZero.has(key) && (value === false || value === 0 || value === "");
}

function tidy(value: Json, key: string): Json {
  if (Array.isArray(value)) return value.map((item) => tidy(item, key));
  if (quantities.has(key) && (typeof value === "string" || typeof value === "number")) {
    return canonicalQuantity(String(value));
  }
  if (!isObject(value)) return value;
  const entries: [string, Json][] = [];
  for (const [inner, item] of Object.entries(value)) {
    if (userMaps.has(key)) {
      if (item !== undefined && item !== null) entries.push([inner, item]);
    } else if (quantityMaps.has(key) && (typeof item === "string" || typeof item === "number")) {
      entries.push([inner, canonicalQuantity(String(item))]);
    } else if (item !== undefined && !isOmitted(inner, item)) {
      entries.push([inner, tidy(item, inner)]);
    }
  }
  return Object.fromEntries(entries);
}

/** The API server keeps stringData only as data; done here too, or each preview would show it as added again. */
function encodeStringData(inputs: JsonObject): JsonObject {
  const { stringData, ...rest } = inputs;
  if (inputs.kind !== "Secret" || inputs.apiVersion !== "v1" || !isObject(stringData) || hasUnknown(inputs))
    return inputs;
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(asString(value)).toString("base64"),
  ]);
  return { ...rest, data: { ...asObject(rest.data), ...Object.fromEntries(encoded) } as JsonObject };
}

/** Inputs as the API server would write them, so that two ways to say the same are no difference. */
export function normalize(inputs: JsonObject): JsonObject {
  const tidied = isBuiltIn(inputs.apiVersion) ? encodeStringData(asObject(tidy(inputs, ""))) : { ...inputs };
  if (!isObject(tidied.metadata)) return tidied;
  const metadata = Object.entries(tidied.metadata).filter(([key]) => !readOnlyMetadata.includes(key));
  return { ...tidied, metadata: Object.fromEntries(metadata) };
}

function kindOf(value: Json | undefined): string {
  return Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
}

function pruneValue(source: Json, shape: Json): Json {
  if (isObject(source) && isObject(shape)) return prune(source, shape);
  if (Array.isArray(source) && Array.isArray(shape)) return pruneArray(source, shape);
  return source;
}

function pruneArray(source: Json[], shape: Json[]): Json[] {
  if (source.length === 0 || shape.length === 0) return [];
  if (kindOf(source[0]) !== kindOf(shape[0])) return source;
  return source.slice(0, shape.length).map((item, index) => pruneValue(item, shape[index] ?? null));
}

/** What `shape` has of `source`: the live object, less what the program never said. */
export function prune(source: JsonObject, shape: JsonObject): JsonObject {
  const kept: JsonObject = {};
  for (const [key, value] of Object.entries(source)) {
    if (value === undefined || !Object.hasOwn(shape, key)) continue;
    kept[key] = pruneValue(value, shape[key] ?? null);
  }
  return kept;
}
