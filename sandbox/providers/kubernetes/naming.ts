import { createHash, randomBytes } from "node:crypto";
import { asObject, isObject, type JsonObject } from "../json.ts";
import type { Autonaming } from "../provider.ts";
import { isUnknown } from "../wire.ts";
import { annotation, annotations, name, withAnnotation, withMetadata } from "./object.ts";

const suffixLength = 8;

export function isAutonamed(object: JsonObject): boolean {
  return annotation(object, annotations.autonamed) === "true";
}

export function isNamed(object: JsonObject): boolean {
  return isUnknown(object.metadata) || name(object) !== "";
}

function named(object: JsonObject, name: string): JsonObject {
  const withName = withMetadata(object, { name });
  return isUnknown(asObject(withName.metadata).annotations)
    ? withName
    : withAnnotation(withName, annotations.autonamed, "true");
}

function suffix(seed: Uint8Array): string {
  const bytes = seed.length > 0 ? createHash("sha256").update(seed).digest() : randomBytes(suffixLength);
  return bytes.toString("hex").slice(0, suffixLength);
}

export function assignName(
  object: JsonObject,
  resource: string,
  seed: Uint8Array,
  autonaming: Autonaming | undefined,
): JsonObject {
  if (isNamed(object)) return object;
  if (autonaming?.mode === "disable") {
    throw new Error("autonaming is disabled: the resource needs a metadata.name");
  }
  return named(object, autonaming ? autonaming.proposed : `${resource}-${suffix(seed)}`);
}

/** An unnamed resource keeps the name that it was given when it was made. */
export function keepName(object: JsonObject, old: JsonObject): JsonObject {
  return !isNamed(object) && isAutonamed(old) ? named(object, name(old)) : object;
}

export function newFieldManager(): string {
  return `pulumi-kubernetes-${randomBytes(suffixLength / 2).toString("hex")}`;
}

export function withMetadataObject(object: JsonObject): JsonObject {
  return object.metadata === undefined || object.metadata === null || isObject(object.metadata)
    ? { ...object, metadata: asObject(object.metadata) }
    : object;
}
