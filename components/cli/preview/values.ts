import { annotation } from "../../contract";

/** What stands for a secret in what Pulumi shows. */
export const secretMark = "[secret]";

/** Key and value by which Pulumi marks an object that holds a secret, also where `--show-secrets` has it shown. */
const signature = "4dabf18193072939515e22adb298388d";
const ofSecret = "1b47061264138c4ac30d75fd1eb44270";

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `""` for anything but a text. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** `value` without what Pulumi marks as secret, and without what says nothing to people. */
export function shownOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shownOf);
  if (!isRecord(value)) return value;
  if (value[signature] === ofSecret) return secretMark;
  const shown = Object.entries(value).filter(([key]) => key !== annotation.applied && !key.startsWith("pulumi.com/"));
  return Object.fromEntries(shown.map(([key, inner]) => [key, shownOf(inner)]));
}

/** What lies at a path such as `spec.containers[0].image` or `metadata.labels["a.b"]`; undefined where nothing does. */
export function valueAt(value: unknown, path: string): unknown {
  let at = value;
  for (const key of keysOf(path)) {
    // All that lies within a secret is one.
    if (at === secretMark) return secretMark;
    if (Array.isArray(at)) at = at[Number(key)] as unknown;
    else if (isRecord(at) && Object.hasOwn(at, key)) at = at[key];
    else return undefined;
  }
  return at;
}

/** The keys of a path, in order. */
export function keysOf(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, plain]) => index ?? plain ?? unquoted(quoted ?? ""),
  );
}

function unquoted(text: string): string {
  return text.replace(/\\(.)/g, "$1");
}

/** The path of a key within the object at `path`. */
export function pathTo(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${path}["${key.replace(/["\\]/g, "\\$&")}"]`;
  return path === "" ? key : `${path}.${key}`;
}

/** `items` by key, in the order in which the keys first come. */
export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
