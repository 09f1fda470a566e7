import { Hidden, unknownLeaf } from "./leaves";

/**
 * A resource's inputs of which the properties at `paths` are not known, such as `spec.containers[0].image` or
 * `metadata.labels["a.b"]`, as `ignoreChanges` names them; `*` stands for each item or field that is there.
 * Source: https://www.pulumi.com/docs/iac/concepts/resources/options/ignorechanges/
 */
export function ignoring(inputs: unknown, paths: readonly string[]): unknown {
  return paths.reduce<unknown>((rest, path) => ignoringOne(rest, partsOf(path)), inputs);
}

/** A part is a field's name, or a place in a list. */
function partsOf(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g)].map(
    ([, quoted, plain = ""]) => quoted?.replaceAll('\\"', '"') ?? plain,
  );
}

function ignoringOne(value: unknown, [part, ...rest]: readonly string[]): unknown {
  if (part === undefined) return unknownLeaf;
  if (value instanceof Hidden) return new Hidden(ignoringOne(value.value, [part, ...rest]));
  if (typeof value !== "object" || value === null) return value;
  const edit = (inner: unknown, name: string): unknown =>
    part === "*" || part === name ? ignoringOne(inner, rest) : inner;
  if (Array.isArray(value)) return value.map((item, at) => edit(item, String(at)));
  // A field that is gone is ignored as well.
  const all = part === "*" ? value : { [part]: undefined, ...value };
  return Object.fromEntries(Object.entries(all).map(([name, inner]) => [name, edit(inner, name)]));
}
