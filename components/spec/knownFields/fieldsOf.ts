import { baseline } from "./baseline";
import type { FieldsOf } from "./unknownFields";

type Fields = NonNullable<ReturnType<FieldsOf>>;

const parsed = new Map<string, Fields>();

/** The fields of every Kubernetes that InitPod works with. */
export const baselineFields: FieldsOf = (type) => {
  if (!Object.hasOwn(baseline, type)) return undefined;
  const known = parsed.get(type) ?? fieldsIn(baseline[type] ?? "");
  parsed.set(type, known);
  return known;
};

function fieldsIn(text: string): Fields {
  return new Map(
    text.split(" ").map((field) => {
      const [name = "", inner] = field.split(":");
      return [name, inner] as const;
    }),
  );
}

/** An API server's own document of core/v1, as far as it is read here. */
export interface OpenApi {
  components?: { schemas?: Record<string, Schema | undefined> };
}

interface Schema extends Reference {
  properties?: Record<string, Property>;
}

interface Reference {
  $ref?: string;
  allOf?: Reference[];
}

interface Property extends Reference {
  items?: Reference;
}

/**
 * The fields that an API server has.
 * Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
 */
export function serverFields({ components: { schemas = {} } = {} }: OpenApi): FieldsOf {
  return (type) => {
    const properties = schemas[type.includes(".") ? type : `${core}${type}`]?.properties;
    if (properties === undefined) return undefined;
    return new Map(Object.entries(properties).map(([name, property]) => [name, typeOf(property)]));
  };
}

const core = "io.k8s.api.core.v1.";

function typeOf({ items, ...property }: Property): string | undefined {
  const { $ref, allOf } = items ?? property;
  return ($ref ?? allOf?.[0]?.$ref)?.replace("#/components/schemas/", "");
}
