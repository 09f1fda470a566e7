/** Labels by which Pods are found and told apart, as objects and as the API server takes them. */
export type Labels = Record<string, string>;

/** Labels that every object of any InitPod carries. */
export const managedBy = { "app.kubernetes.io/managed-by": "init-pod" } as const;

/**
 * Labels that all Pods of one InitPod share, and no other Pod has.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
 */
export const selectorLabel = { name: "app.kubernetes.io/name", instance: "app.kubernetes.io/instance" } as const;

/** Whether all of `wanted` are among `labels`. */
export function hasLabels(labels: Labels | undefined, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels?.[key] === value);
}

/** A selector that finds the objects of all the given ones: the labels that they share. */
export function commonLabels(selectors: readonly Labels[]): Labels {
  const [first = {}, ...others] = selectors;
  return Object.fromEntries(
    Object.entries(first).filter(([key, value]) => others.every((other) => other[key] === value)),
  );
}

/** A selector as the API server takes it. */
export function labelSelector(labels: Labels): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(",");
}
