import * as pulumi from "@pulumi/pulumi";
import { displaced } from "./displaced";
import type { Fields, Schema } from "./schema";

/**
 * Kubernetes fields over Kubernetes fields: maps deep, the lists that `schema` has keys for element by element, every
 * other list and value replaced, null removes. What `patch` says displaces what can't stay beside it. An element
 * `{ KEY: …, $patch: "delete" }` removes the one with this key; "$patch" is what Kubernetes' own strategic merge calls
 * it. `at` is the field that both stand at. Neither argument is changed.
 * Source: https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
 */
export function merge(base: Fields, patch: Fields, schema: Schema, at = ""): Fields {
  const result: Fields = { ...base };
  for (const name of displaced(base, patch, at, schema)) Reflect.deleteProperty(result, name);
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    // Not an assignment: "__proto__" as a name would change the prototype.
    if (value === null) Reflect.deleteProperty(result, name);
    else define(result, name, mergeValue(Object.hasOwn(base, name) ? base[name] : undefined, value, name, schema));
  }
  return result;
}

function mergeValue(base: unknown, patch: unknown, at: string, schema: Schema): unknown {
  if (Array.isArray(patch)) {
    return Object.hasOwn(schema.lists, at) ? mergeList(listOf(base), patch, at, schema) : patch;
  }
  // Against nothing, so that the nulls and deletions in it are taken out all the same.
  return isFields(patch) ? merge(isFields(base) ? base : {}, patch, schema, at) : patch;
}

function mergeList(base: readonly unknown[], patch: readonly unknown[], at: string, schema: Schema): unknown[] {
  const result = [...base];
  for (const element of patch) {
    const place = result.findIndex((other) => isSameElement(other, element, schema.lists[at] ?? {}));
    if (isFields(element) && element.$patch === "delete") {
      if (place >= 0) result.splice(place, 1);
      continue;
    }
    const known = place < 0 ? {} : (result[place] as Fields);
    const merged = isFields(element) ? merge(known, element, schema, at) : element;
    if (place < 0) result.push(merged);
    else result[place] = merged;
  }
  return result;
}

function isSameElement(one: unknown, other: unknown, keys: Readonly<Fields>): boolean {
  if (!isFields(one) || !isFields(other)) return false;
  return Object.entries(keys).every(([key, fallback]) => {
    const value = keyValue(one[key] ?? fallback);
    return value !== undefined && value === keyValue(other[key] ?? fallback);
  });
}

/** A path is the same with a slash at its end as without, and no other key may have one. */
function keyValue(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/(?<=.)\/+$/, "") : value;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isFields(value: unknown): value is Fields {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Promise) &&
    !pulumi.Output.isInstance(value) &&
    !pulumi.Resource.isInstance(value) &&
    !pulumi.asset.Asset.isInstance(value)
  );
}

function define(target: Fields, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}
