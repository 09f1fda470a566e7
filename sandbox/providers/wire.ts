import { asObject, isObject, type Json, type JsonObject } from "./json.ts";

// How the engine writes what JSON can't say: sdk/go/common/resource/properties.go in pulumi/pulumi.
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const unknownValues = new Set([
  unknownValue,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

export function isUnknown(value: Json | undefined): boolean {
  return typeof value === "string" && unknownValues.has(value);
}

export function hasUnknown(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some(hasUnknown);
  if (isObject(value)) return Object.values(value).some(hasUnknown);
  return isUnknown(value);
}

export function isSecret(value: Json | undefined): boolean {
  return isObject(value) && value[signatureKey] === secretSignature;
}

export function hasSecret(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some(hasSecret);
  return isObject(value) && (isSecret(value) || Object.values(value).some(hasSecret));
}

export function secret(value: Json): Json {
  return isSecret(value) ? value : { [signatureKey]: secretSignature, value };
}

export function withoutSecrets(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isObject(value)) return value ?? null;
  if (isSecret(value)) return withoutSecrets(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]));
}

export function plain(bag: JsonObject): JsonObject {
  return asObject(withoutSecrets(bag));
}

/**
 * `outs` with those values wrapped as secret that are secret in `ins`. An array is wrapped as a whole, since the
 * server may reorder it. Of a Secret, only data and stringData: a secret name would blank every Pod that uses it.
 */
export function markSecrets(outs: JsonObject, ins: JsonObject): JsonObject {
  const marked = { ...outs };
  if (outs.kind === "Secret") {
    for (const key of ["data", "stringData"]) {
      const value = outs[key];
      if (value !== undefined) marked[key] = secret(value);
    }
    return marked;
  }
  for (const [key, from] of Object.entries(ins)) {
    const value = outs[key];
    if (value === undefined || from === undefined) continue;
    if (isObject(value) && isObject(from) && !isSecret(from)) marked[key] = markSecrets(value, from);
    else if (hasSecret(from)) marked[key] = secret(value);
  }
  return marked;
}
