import { ownPrefix } from "./annotations";

/** Labels of an object, and what a selector asks of them. */
export type Labels = Record<string, string>;

/** For each label the values of which an object has one. */
export type LabelSets = Record<string, readonly string[]>;

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

/** What finds the objects of each of `selectors`, and few others. */
export function unionOf(selectors: readonly Labels[]): LabelSets {
  const [first = {}] = selectors;
  const shared = Object.keys(first).filter((key) => selectors.every((selector) => Object.hasOwn(selector, key)));
  return Object.fromEntries(shared.map((key) => [key, [...new Set(selectors.map((selector) => selector[key] ?? ""))]]));
}

/** A selector as the API server takes it. */
export function labelSelector(labels: Labels | LabelSets): string {
  return Object.entries<string | readonly string[]>(labels)
    .map(([key, value]) =>
      typeof value === "string" ? `${key}=${value}` : `${key} in (${[...value].sort().join(",")})`,
    )
    .sort()
    .join(",");
}
