import type * as pulumi from "@pulumi/pulumi";
import { ownPrefix } from "../../contract";
import type { InitPodArgs } from "..";
import { type Check, labelValue, metadataKey, type Problem, problemsIn, text } from "../values";

/** Annotations by which InitPod keeps the provider from waiting in its place. */
const waitKeys = ["pulumi.com/waitFor", "pulumi.com/skipAwait"];

/** What is wrong with the keys and plain values of labels and annotations. */
export function metadataProblems({ labels = {}, annotations = {} }: InitPodArgs): Problem[] {
  return [...entryProblems("labels", labels, labelValue), ...entryProblems("annotations", annotations, text, waitKeys)];
}

function entryProblems(
  field: string,
  map: Record<string, pulumi.Input<string>>,
  check: Check,
  reservedKeys: readonly string[] = [],
): Problem[] {
  return Object.entries(map).flatMap(([key, value]) => {
    const at = `${field}["${key}"]`;
    const reserved = reservedKeys.includes(key) || key.startsWith(ownPrefix);
    return [
      ...problemsIn(at, key, metadataKey),
      ...problemsIn(at, value, check),
      ...(reserved ? [{ field: at, value: "", fix: "is set by InitPod itself, which relies on it; remove it" }] : []),
    ];
  });
}
