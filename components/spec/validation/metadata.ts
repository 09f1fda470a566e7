import type * as pulumi from "@pulumi/pulumi";
import { ownPrefix } from "../../contract";
import type { InitPodArgs } from "..";
import {
  annotationKey,
  type Check,
  isPlainObject,
  labelKey,
  labelValue,
  type Problem,
  problemsIn,
  shownValue,
  text,
} from "../values";

/** Annotations by which InitPod keeps the provider from waiting in its place. */
const waitKeys = ["pulumi.com/waitFor", "pulumi.com/skipAwait"];

/** What is wrong with the keys and plain values of labels and annotations. */
export function metadataProblems({ labels = {}, annotations = {} }: InitPodArgs): Problem[] {
  return [
    ...entryProblems("labels", labels, labelKey, labelValue),
    ...entryProblems("annotations", annotations, annotationKey, text, waitKeys),
  ];
}

function entryProblems(
  field: string,
  map: Record<string, pulumi.Input<string>>,
  keyCheck: Check,
  check: Check,
  reservedKeys: readonly string[] = [],
): Problem[] {
  return Object.entries(map).flatMap(([key, value]) => {
    const at = `${field}["${key}"]`;
    const reserved = reservedKeys.includes(key) || key.startsWith(ownPrefix);
    return [
      ...problemsIn(at, key, keyCheck),
      ...problemsIn(at, value, check),
      ...(reserved ? [{ field: at, value: "", fix: "is set by InitPod itself, which relies on it; remove it" }] : []),
    ];
  });
}

/** What the engine appends to the resource's name for the object's: "-" and eight characters. */
const longestSuffix = 9;
const longestPodName = 253;
const longestServiceName = 63;

/**
 * What is wrong with the name of the Pulumi resource, from which the Pod's and the Service's are made; `mayBeNamed`: unless
 * something else names them. A Service's may begin with a digit as of Kubernetes 1.36; the API server of an older one says
 * so.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */
export function nameProblems(name: unknown, args: unknown, mayBeNamed: boolean): Problem[] {
  const hasService = isPlainObject(args) && args.service !== undefined;
  const longest = (hasService ? longestServiceName : longestPodName) - longestSuffix;
  const pattern = hasService ? /^[a-z0-9][a-z0-9-]*$/ : /^[a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)*$/;
  if (typeof name === "string" && (mayBeNamed || isNameStart(name, longest, pattern))) return [];
  const what = hasService
    ? 'the Pod and the Service get their names from it: lower case letters, digits and "-", a letter or digit first'
    : 'the Pod gets its name from it: lower case letters, digits, "-" and ".", a letter or digit first';
  const fix = `${what}, at most ${longest} characters; or set metadata.name by one of the InitPod's own transforms`;
  return [{ field: "name", value: shownValue(name) || String(name), fix }];
}

function isNameStart(name: string, longest: number, pattern: RegExp): boolean {
  return name.length <= longest && pattern.test(name) && !name.includes("-.");
}
