/**
 * The first of base, base-2, base-3, … that is not taken, a DNS label as `base` is. The number stays when a long base
 * is cut.
 */
export function freeName(base: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? "" : `-${number}`;
    const name = `${base.slice(0, longestLabel - suffix.length).replace(/-+$/, "")}${suffix}`;
    if (!taken.has(name)) return name;
  }
}

/** Longest DNS label (RFC 1123). */
const longestLabel = 63;

/** What is to be named: its own name, or what it is called by default. */
export interface Named {
  readonly name?: string;
  readonly kind: string;
}

/**
 * Names in order: own ones as they are, the others by kind, then kind-2, kind-3, …, around those that are taken
 * elsewhere. They are unique where own names are.
 */
export function namesOf(items: readonly Named[], taken: Iterable<string> = []): string[] {
  const used = new Set([...taken, ...items.flatMap(({ name }) => name ?? [])]);
  return items.map(({ name, kind }) => {
    if (name !== undefined) return name;
    const free = freeName(kind, used);
    used.add(free);
    return free;
  });
}

/** An absolute path as a DNS label: /usr/share/nginx/html is usr-share-nginx-html. */
export function nameOfPath(path: string): string {
  const label = path
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, longestLabel)
    .replace(/-+$/, "");
  return label === "" ? "data" : label;
}
