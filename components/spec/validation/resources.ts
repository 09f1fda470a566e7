import { isPlain, type Problem, problemsIn, quantity, resourceName } from "../values";

/**
 * What is wrong with the names and amounts in requests and limits of Kubernetes ResourceRequirements.
 * Source: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
 */
export function resourceProblems(field: string, resources: object | undefined): Problem[] {
  const amounts = resources as Record<string, unknown> | undefined;
  return ["requests", "limits"].flatMap((kind) => {
    const list = amounts?.[kind];
    if (typeof list !== "object" || list === null || !isPlain(list)) return [];
    return Object.entries(list).flatMap(([name, amount]) => [
      ...problemsIn(`${field}.${kind}.${name}`, name, resourceName),
      ...problemsIn(`${field}.${kind}.${name}`, amount, quantity),
    ]);
  });
}
