import { asObject, get, getString, type JsonObject } from "../json.ts";

export const annotations = {
  autonamed: "pulumi.com/autonamed",
  skipAwait: "pulumi.com/skipAwait",
  waitFor: "pulumi.com/waitFor",
  timeoutSeconds: "pulumi.com/timeoutSeconds",
  patchForce: "pulumi.com/patchForce",
  fieldManager: "pulumi.com/patchFieldManager",
  deletionPropagation: "pulumi.com/deletionPropagationPolicy",
} as const;

export function name(object: JsonObject): string {
  return getString(object, "metadata", "name");
}

export function namespace(object: JsonObject): string {
  return getString(object, "metadata", "namespace");
}

export function uid(object: JsonObject): string {
  return getString(object, "metadata", "uid");
}

export function annotation(object: JsonObject, key: string): string {
  return getString(object, "metadata", "annotations", key);
}

export function withMetadata(object: JsonObject, changes: JsonObject): JsonObject {
  return { ...object, metadata: { ...asObject(object.metadata), ...changes } };
}

export function withAnnotation(object: JsonObject, key: string, value: string): JsonObject {
  const existing = asObject(get(object, "metadata", "annotations"));
  return withMetadata(object, { annotations: { ...existing, [key]: value } });
}

/** "namespace/name", or the name alone where the kind has no namespace: the resource's id in the engine. */
export function idOf(object: JsonObject): string {
  return namespace(object) === "" ? name(object) : `${namespace(object)}/${name(object)}`;
}

export function parseId(id: string): { namespace: string; name: string } {
  const separator = id.indexOf("/");
  return separator < 0
    ? { namespace: "", name: id }
    : { namespace: id.slice(0, separator), name: id.slice(separator + 1) };
}

/** apiVersion and kind as the resource's type says them: `kubernetes:apps/v1:Deployment`, `kubernetes:core/v1:Pod`. */
export function typeOf(urn: string): { apiVersion: string; kind: string; patch: boolean } {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const [, module = "", token = ""] = type.split(":");
  const patch = token.endsWith("Patch") && token !== "Patch";
  return {
    apiVersion: module.startsWith("core/") ? module.slice("core/".length) : module,
    kind: patch ? token.slice(0, -"Patch".length) : token,
    patch,
  };
}

export function resourceName(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

export function target(object: JsonObject, named = true) {
  return {
    apiVersion: getString(object, "apiVersion"),
    kind: getString(object, "kind"),
    namespace: namespace(object),
    ...(named && { name: name(object) }),
  };
}
