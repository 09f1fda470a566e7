/** Stands for a value that a preview doesn't know. */
export const unknownLeaf: unique symbol = Symbol("unknown");

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

/** Whether the leaf is the order of a list. */
export function isOrder(path: string): boolean {
  return path.endsWith(orderMark);
}

function collect(value: unknown, path: string, leaves: Map<string, string | typeof unknownLeaf>): void {
  if (value === undefined || value === null) return;
  if (value === unknownLeaf) leaves.set(path, unknownLeaf);
  else if (Array.isArray(value)) collectList(value, path, leaves);
  else if (typeof value === "object") collectFields(value as Record<string, unknown>, path, leaves);
  else leaves.set(path, JSON.stringify(value));
}

function collectFields(
  fields: Record<string, unknown>,
  path: string,
  leaves: Map<string, string | typeof unknownLeaf>,
): void {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  if (entries.length === 0) leaves.set(path, "{}");
  for (const [key, value] of entries) collect(value, path === "" ? key : `${path}.${key}`, leaves);
}

function collectList(items: readonly unknown[], path: string, leaves: Map<string, string | typeof unknownLeaf>): void {
  const keys = keysOf(items);
  if (keys === unknownLeaf) {
    leaves.set(path, unknownLeaf);
    return;
  }
  leaves.set(`${path}${orderMark}`, JSON.stringify(keys ?? items.length));
  items.forEach((item, at) => {
    collect(item, `${path}[${keys?.[at] ?? at}]`, leaves);
  });
}

/** Undefined where the items have no key. */
function keysOf(items: readonly unknown[]): string[] | typeof unknownLeaf | undefined {
  for (const field of keyFields) {
    const values = items.map((item) => (isFields(item) ? item[field] : undefined));
    if (values.includes(unknownLeaf)) return unknownLeaf;
    const keys = values.flatMap((value) =>
      typeof value === "string" || typeof value === "number" ? String(value) : [],
    );
    if (keys.length === items.length && new Set(keys).size === keys.length) return keys;
  }
  return undefined;
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
