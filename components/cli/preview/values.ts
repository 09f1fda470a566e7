import { annotation } from "../../contract";

/** What stands for a secret in what Pulumi shows. */
export const secretMark = "[secret]";

/** Key and value by which Pulumi marks an object that holds a secret, also where `--show-secrets` has it shown. */
const signature = "4dabf18193072939515e22adb298388d";
const ofSecret = "1b47061264138c4ac30d75fd1eb44270";

/** What the engine writes for a value that only `up` knows, by what kind of value it will be. */
const unknowns: readonly unknown[] = [
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];

/** What stands for a value that only `up` knows. */
const unknownMark = "[unknown]";

/** What stands for a value that `hideDiffs` hides. */
export const hiddenMark = "[hidden]";

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `""` for anything but a text. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** `value` without what Pulumi marks as secret or as known in `up` alone, and without what says nothing to people. */
export function shownOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shownOf);
  if (!isRecord(value)) return unknowns.includes(value) ? unknownMark : value;
  if (value[signature] === ofSecret) return secretMark;
  const shown = Object.entries(value).filter(([key]) => key !== annotation.applied && !key.startsWith("pulumi.com/"));
  return Object.fromEntries(shown.map(([key, inner]) => [key, shownOf(inner)]));
}

/** `value` with `mark` for whatever lies at one of the paths; in them `*` stands for each key. Lists and objects stay. */
export function marked(value: unknown, paths: readonly string[], mark: string): unknown {
  return paths.reduce((rest, path) => markedAt(rest, keysOf(path), mark), value);
}

function markedAt(value: unknown, [key, ...rest]: readonly string[], mark: string): unknown {
  const at = (name: string | number, inner: unknown): unknown =>
    key === undefined || key === "*" || key === String(name) ? markedAt(inner, rest, mark) : inner;
  if (Array.isArray(value)) return value.map((inner, index) => at(index, inner));
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, at(name, inner)]));
  return key === undefined ? mark : value;
}

/** What lies at a path such as `spec.containers[0].image` or `metadata.labels["a.b"]`; undefined where nothing does. */
export function valueAt(value: unknown, path: string): unknown {
  let at = value;
  for (const key of keysOf(path)) {
    // All that lies within a secret is one, and of what is not known nothing is.
    if (at === secretMark || at === unknownMark) return at;
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
