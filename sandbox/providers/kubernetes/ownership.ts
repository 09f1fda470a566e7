import { asArray, asObject, get, getString, isObject, type Json, type JsonObject } from "../json.ts";

/** Managers whose fields the first apply takes over: earlier writes of this provider, and of kubectl. */
const formerUpdaters = new Set([
  "pulumi-kubernetes",
  "pulumi-kubernetes.exe",
  "pulumi-resource-kubernetes",
  "kubectl",
  "before-first-apply",
]);
const ownUpdaters = new Set(["pulumi-kubernetes", "pulumi-kubernetes.exe", "pulumi-resource-kubernetes"]);

export function managedFields(object: JsonObject): JsonObject[] {
  return asArray(get(object, "metadata", "managedFields")).map(asObject);
}

/** Created by this provider, and not applied since: a dry run has to be forced, for the real run moves the ownership. */
export function isOwnCreation(live: JsonObject): boolean {
  return managedFields(live).some(
    (entry) => entry.operation === "Update" && ownUpdaters.has(getString(entry, "manager")),
  );
}

function isFormer(entry: JsonObject): boolean {
  if (getString(entry, "subresource") !== "") return false;
  const manager = getString(entry, "manager");
  return entry.operation === "Update" ? formerUpdaters.has(manager) : manager === "kubectl";
}

function union(a: Json | undefined, b: Json | undefined): JsonObject {
  const merged: JsonObject = { ...asObject(a) };
  for (const [key, value] of Object.entries(asObject(b))) {
    merged[key] = isObject(merged[key]) || isObject(value) ? union(merged[key], value) : value;
  }
  return merged;
}

/**
 * A JSON patch that makes `manager` the applier of what it, or kubectl, had written before; undefined where there is
 * nothing to move. Only after it does an apply remove the fields that the program no longer names.
 */
export function moveOwnership(live: JsonObject, manager: string): Json[] | undefined {
  const entries = managedFields(live);
  const former = entries.filter(isFormer);
  const [first] = former;
  if (!first) return undefined;
  const isOurs = (entry: JsonObject) => entry.manager === manager && entry.operation === "Apply";
  const ours = entries.find(isOurs);
  const fields = [ours, ...former].reduce<JsonObject>((all, entry) => union(all, entry?.fieldsV1), {});
  const applied: JsonObject = { ...(ours ?? first), manager, operation: "Apply", fieldsV1: fields };
  const others = entries.filter((entry) => !isFormer(entry) && !isOurs(entry));
  return [
    { op: "replace", path: "/metadata/managedFields", value: [...others, applied] },
    { op: "replace", path: "/metadata/resourceVersion", value: getString(live, "metadata", "resourceVersion") },
  ];
}

/** Whether somebody else applies this field, and `manager` doesn't: then an ignored change is left to them. */
export function isOthers(live: JsonObject, manager: string, path: string[]): boolean {
  const owns = (entry: JsonObject) => get(entry.fieldsV1, ...path.map((key) => `f:${key}`)) !== undefined;
  const entries = managedFields(live).filter(owns);
  return entries.length > 0 && !entries.some((entry) => entry.manager === manager);
}
