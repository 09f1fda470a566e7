import { didYouMean } from "../../text";

/** Fields of Kubernetes objects by type: of each its name, and the type of what it holds; undefined for a leaf. */
export type FieldsOf = (type: string) => ReadonlyMap<string, string | undefined> | undefined;

/** A field that no object of its type has. */
export interface UnknownField {
  /** Where it stands, such as `containers[0].livenessProbe.htpGet`. */
  path: string;
  /** The field that was probably meant. */
  meant?: string;
}

/** The fields in `value`, an object of type `type`, that `fieldsOf` does not know. Never one of their values. */
export function unknownFields(value: unknown, type: string, fieldsOf: FieldsOf, path = ""): UnknownField[] {
  if (Array.isArray(value)) return value.flatMap((one, at) => unknownFields(one, type, fieldsOf, `${path}[${at}]`));
  const fields = fieldsOf(type);
  // Types without fields, such as quantities, are leaves.
  if (typeof value !== "object" || value === null || fields === undefined) return [];
  return Object.entries(value as Record<string, unknown>).flatMap(([name, inner]) => {
    const place = path === "" ? name : `${path}.${name}`;
    // A field without a value is sent nowhere.
    if (inner === undefined || inner === null) return [];
    if (!fields.has(name)) return [{ path: place, meant: didYouMean(name, [...fields.keys()]) }];
    const innerType = fields.get(name);
    return innerType === undefined ? [] : unknownFields(inner, innerType, fieldsOf, place);
  });
}
