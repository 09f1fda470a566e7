import { ownPrefix } from "./annotations";

/** Labels of an object, and what a selector asks of them. */
export type Labels = Record<string, string>;

/** For each label the values of which an object has one; none where any will do. */
export type LabelSets = Record<string, readonly string[]>;

/** Beyond this many values any is asked for: a selector is part of a URL, and to add to it takes another one. */
const mostValues = 8;

/**
 * Label by which the Pods of an InitPod are found, and that no Pod of another one has. It is a key of our own: others set
 * the common ones as well, such as the official provider `app.kubernetes.io/managed-by` without server-side apply.
 */
export const idLabel = `${ownPrefix}id`;

/** Selector, as the API server takes it, of the objects of all InitPods. */
export const ofAnyInitPod: string = idLabel;

/** Selector of all other objects. */
export const ofNoInitPod = `!${idLabel}`;

/** Whether all of `wanted` are among `labels`. */
export function hasLabels(labels: Labels | undefined, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels?.[key] === value);
}

/** What finds the objects of each of `selectors`, and of few ones few others. */
export function unionOf(selectors: readonly Labels[]): LabelSets {
  const [first = {}] = selectors;
  const shared = Object.keys(first).filter((key) => selectors.every((selector) => Object.hasOwn(selector, key)));
  const sets = shared.map((key): [string, string[]] => {
    const values = new Set(selectors.map((selector) => selector[key] ?? ""));
    return [key, values.size > mostValues ? [] : [...values]];
  });
  return Object.fromEntries(sets);
}

/** Whether `sets` finds all objects that `selector` finds. */
export function covers(sets: LabelSets, selector: Labels): boolean {
  return Object.entries(sets).every(([key, values]) => {
    const value = selector[key];
    return value !== undefined && (values.length === 0 || values.includes(value));
  });
}

/** A selector as the API server takes it. */
export function labelSelector(labels: Labels | LabelSets): string {
  return Object.entries<string | readonly string[]>(labels)
    .map(([key, value]) => {
      if (typeof value === "string") return `${key}=${value}`;
      return value.length === 0 ? key : `${key} in (${[...value].sort().join(",")})`;
    })
    .sort()
    .join(",");
}
