import * as pulumi from "@pulumi/pulumi";

/** A map of Kubernetes fields. */
export type Fields = Record<string, unknown>;
/** By which field the elements of a list are told apart, by the list's name. */
export type ListKeys = Readonly<Record<string, string>>;

/** Lists of a PodSpec that are merged element by element. */
export const podListKeys: ListKeys = {
  containers: "name",
  initContainers: "name",
  volumes: "name",
  env: "name",
  volumeMounts: "mountPath",
};
/** Lists of a ServiceSpec that are merged element by element. */
export const serviceListKeys: ListKeys = { ports: "port" };

/**
 * Kubernetes fields over Kubernetes fields: maps deep, the lists in `listKeys` by their key, every other list and value
 * replaced, null removes. An element `{ KEY: …, $patch: "delete" }` removes the one with this key; "$patch" is what
 * Kubernetes' own strategic merge calls it. Neither argument is changed.
 * Source: https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
 */
export function merge(base: Fields, patch: Fields, listKeys: ListKeys): Fields {
  const result: Fields = { ...base };
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    // Not an assignment: "__proto__" as a name would change the prototype.
    if (value === null) Reflect.deleteProperty(result, name);
    else define(result, name, mergeValue(Object.hasOwn(base, name) ? base[name] : undefined, value, name, listKeys));
  }
  return result;
}

function mergeValue(base: unknown, patch: unknown, name: string, listKeys: ListKeys): unknown {
  const key = Object.hasOwn(listKeys, name) ? listKeys[name] : undefined;
  if (Array.isArray(patch)) return key === undefined ? patch : mergeList(listOf(base), patch, key, listKeys);
  // Against nothing, so that the nulls and deletions in it are taken out all the same.
  return isFields(patch) ? merge(isFields(base) ? base : {}, patch, listKeys) : patch;
}

function mergeList(base: readonly unknown[], patch: readonly unknown[], key: string, listKeys: ListKeys): unknown[] {
  const result = [...base];
  for (const element of patch) {
    const at = result.findIndex((other) => sameKey(other, element, key));
    if (isFields(element) && element.$patch === "delete") {
      if (at >= 0) result.splice(at, 1);
      continue;
    }
    const merged = isFields(element) ? merge(at < 0 ? {} : (result[at] as Fields), element, listKeys) : element;
    if (at < 0) result.push(merged);
    else result[at] = merged;
  }
  return result;
}

function sameKey(one: unknown, other: unknown, key: string): boolean {
  return isFields(one) && isFields(other) && one[key] !== undefined && one[key] === other[key];
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
