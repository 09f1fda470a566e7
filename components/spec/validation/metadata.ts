import type * as pulumi from "@pulumi/pulumi";

import type { InitPodArgs } from "../args";
import { type Check, problemsIn } from "../values/checked";
import { labelValue, metadataKey, text } from "../values/checks";
import type { Problem } from "../values/problem";

/** Keys by which InitPod tells the Pods of one InitPod from all others. */
export const selectorKeys = ["app.kubernetes.io/name", "app.kubernetes.io/instance"] as const;
/** Prefix of keys that are InitPod's own. */
export const ownPrefix = "init-pod.dev/";
/** Annotations by which InitPod keeps the provider from waiting in its place. */
const waitKeys = ["pulumi.com/waitFor", "pulumi.com/skipAwait"];

/**
 * What is wrong with labels and annotations.
 *
 * @param args - the arguments
 * @returns the problems of their keys and plain values
 */
export function metadataProblems({ labels = {}, annotations = {} }: InitPodArgs): Problem[] {
  return [
    ...entries("labels", labels, labelValue, (key) => (selectorKeys as readonly string[]).includes(key)),
    ...entries("annotations", annotations, text, (key) => waitKeys.includes(key)),
  ];
}

function entries(
  field: string,
  map: Record<string, pulumi.Input<string>>,
  check: Check,
  isReserved: (key: string) => boolean,
): Problem[] {
  return Object.entries(map).flatMap(([key, value]) => {
    const at = `${field}["${key}"]`;
    const reserved = isReserved(key) || key.startsWith(ownPrefix);
    return [
      ...problemsIn(at, key, metadataKey),
      ...problemsIn(at, value, check),
      ...(reserved ? [{ field: at, value: "", fix: "is set by InitPod itself, which relies on it; remove it" }] : []),
    ];
  });
}
