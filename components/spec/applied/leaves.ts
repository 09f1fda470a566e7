/** Stands for a value that a preview doesn't know. */
export const unknownLeaf: unique symbol = Symbol("unknown");

/** A secret on its way to leaves: what it stands for counts, and that it is one. */
export class Hidden {
  constructor(readonly value: unknown) {}
}

/** The values of a spec by path, such as `containers[app].env[MODE].value`: as JSON, or not known. */
export type Leaves = ReadonlyMap<string, string | typeof unknownLeaf>;

/** Fields by which Kubernetes tells the items of its lists apart. */
const keyFields = ["name", "mountPath", "devicePath", "containerPort"] as const;

/** Ends the path under which the order of a list stands. */
const orderMark = "[]";

/**
 * A spec as leaves. Items of a list go by their key where they have one, so that an item put in front moves no other; their
 * order is a leaf of its own. Fields without a value don't count, as they are sent nowhere.
 */
export function leavesOf(spec: unknown): Leaves {
  const leaves = new Map<string, string | typeof unknownLeaf>();
  collect(spec, "", leaves);
  return leaves;
}

/** Paths of the leaves that are secret, or a part of what is. */
export function hiddenIn(spec: unknown): ReadonlySet<string> {
  const hidden = new Map<string, string | typeof unknownLeaf>();
  collect(spec, "", new Map(), hidden);
  return new Set(hidden.keys());
}

/** Whether the leaf is the order of a list. */
export function isOrder(path: string): boolean {
  return path.endsWith(orderMark);
}

type Collected = Map<string, string | typeof unknownLeaf>;

/** `hidden` gets those that are secret, beside all. */
function collect(value: unknown, path: string, leaves: Collected, hidden?: Collected): void {
  if (value === undefined || value === null) return;
  if (value instanceof Hidden) collect(value.value, path, hidden ?? leaves, hidden);
  else if (value === unknownLeaf) leaves.set(path, unknownLeaf);
  else if (Array.isArray(value)) collectList(value, path, leaves, hidden);
  else if (typeof value === "object") collectFields(value as Record<string, unknown>, path, leaves, hidden);
  else leaves.set(path, JSON.stringify(value));
}

function collectFields(
  fields: Record<string, unknown>,
  path: string,
  leaves: Collected,
  hidden: Collected | undefined,
): void {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  if (entries.length === 0) leaves.set(path, "{}");
  for (const [key, value] of entries) collect(value, path === "" ? key : `${path}.${key}`, leaves, hidden);
}

function collectList(items: readonly unknown[], path: string, leaves: Collected, hidden: Collected | undefined): void {
  const keys = keysOf(items);
  if (keys === unknownLeaf) {
    leaves.set(path, unknownLeaf);
    return;
  }
  leaves.set(`${path}${orderMark}`, JSON.stringify(keys ?? items.length));
  items.forEach((item, at) => {
    collect(item, `${path}[${keys?.[at] ?? at}]`, leaves, hidden);
  });
}

/** Undefined where the items have no key. */
function keysOf(items: readonly unknown[]): string[] | typeof unknownLeaf | undefined {
  for (const field of keyFields) {
    const values = items.map((item) => fieldOf(shownOf(item), field));
    if (values.includes(unknownLeaf)) return unknownLeaf;
    const keys = values.flatMap((value) =>
      typeof value === "string" || typeof value === "number" ? String(value) : [],
    );
    if (keys.length === items.length && new Set(keys).size === keys.length) return keys;
  }
  return undefined;
}

function fieldOf(item: unknown, field: string): unknown {
  return typeof item === "object" && item !== null && !Array.isArray(item)
    ? shownOf((item as Record<string, unknown>)[field])
    : undefined;
}

function shownOf(value: unknown): unknown {
  return value instanceof Hidden ? value.value : value;
}
