import type { InitPodArgs } from "..";
import {
  argumentSize,
  bytesOf,
  type Check,
  hiddenValue,
  isPlain,
  mapArguments,
  type Problem,
  problemsIn,
  shownBytes,
  variableSize,
} from "../values";

/**
 * Most bytes of all keys and values of an object's annotations.
 * Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/api/validation/objectmeta.go
 */
const mostAnnotationBytes = 256 * 1024;
/** Kept for the annotations that InitPod, its provider and what else lives in the cluster add. */
const otherAnnotationBytes = 16 * 1024;
/**
 * Most bytes of an object that etcd takes, unless the cluster's operator raised it: --max-request-bytes.
 * Source: https://etcd.io/docs/v3.6/dev-guide/limit/
 */
const mostPodBytes = 1.5 * 1024 * 1024;

/** What is too big among the plain values: for a process, for Kubernetes or for its store. Whatever their types are. */
export function sizeProblems(args: InitPodArgs): Problem[] {
  const { init, container: app, podSpec } = args as unknown as Fields;
  return [
    ...listOf(init).flatMap((step, at) => stepProblems(mapOf(step), `init[${at}]`)),
    ...appProblems(mapOf(app)),
    ...["initContainers", "containers"].flatMap((list) =>
      listOf(mapOf(podSpec)[list]).flatMap((one) => rawProblems(one, `podSpec.${list}.${String(mapOf(one).name)}`)),
    ),
    ...annotationProblems(mapOf(args.annotations)),
    ...podProblems(args),
  ];
}

function stepProblems(step: Fields, field: string): Problem[] {
  const run = mapOf(step.run);
  return [
    ...problemsIn(`${field}.run.script`, run.script, argumentSize),
    ...partProblems(run.command, `${field}.run.command`),
    ...variableProblems(run.env, `${field}.run.env`),
    ...requestProblems(mapOf(step.download), `${field}.download`),
    ...requestProblems(mapOf(mapOf(step.waitFor).http), `${field}.waitFor.http`),
    ...rawProblems(step.container, `${field}.container`),
  ];
}

function requestProblems({ url, headers }: Fields, field: string): Problem[] {
  return [
    ...problemsIn(`${field}.url`, url, variableSize(longestOwnName), () => hiddenValue),
    ...Object.entries(mapOf(headers)).flatMap(([name, value]) =>
      problemsIn(`${field}.headers.${name}`, value, variableSize(longestOwnName), () => hiddenValue),
    ),
  ];
}

/** Of the variables that a script gets an address and its headers by; a few bytes more or less are no matter. */
const longestOwnName = "INIT_POD_HEADER_99";

function appProblems({ command, args, env, container }: Fields): Problem[] {
  return [
    ...partProblems(command, "container.command"),
    ...partProblems(args, "container.args"),
    ...variableProblems(env, "container.env"),
    ...rawProblems(container, "container.container"),
  ];
}

function partProblems(parts: unknown, field: string): Problem[] {
  return listOf(parts).flatMap((part, at) => problemsIn(`${field}[${at}]`, part, argumentSize));
}

function variableProblems(env: unknown, field: string): Problem[] {
  return Object.entries(mapOf(env)).flatMap(([name, value]) =>
    problemsIn(`${field}.${name}`, value, variableSize(name), () => hiddenValue),
  );
}

function rawProblems(container: unknown, field: string): Problem[] {
  const problems: Problem[] = [];
  mapArguments(container, field, (value: unknown, at: string, check: Check) => {
    problems.push(...problemsIn(at, value, check, () => hiddenValue));
    return value;
  });
  return problems;
}

function annotationProblems(annotations: Fields): Problem[] {
  const bytes = textBytes(annotations);
  const most = mostAnnotationBytes - otherAnnotationBytes;
  if (bytes <= most) return [];
  const fix =
    `have ${shownBytes(bytes)} with their keys, and may have ${shownBytes(most)}: Kubernetes takes ` +
    `${shownBytes(mostAnnotationBytes)} in all, InitPod's own among them; keep large data in a ConfigMap`;
  return [{ field: "annotations", value: "", fix }];
}

function podProblems({ init, container, podSpec, labels, annotations }: InitPodArgs): Problem[] {
  const parts = Object.entries({
    ...Object.fromEntries(listOf(init).map((step, at) => [`init[${at}]`, step])),
    container,
    podSpec,
    labels,
    annotations,
  }).map(([field, part]) => ({ field, bytes: textBytes(part) }));
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const [largest] = parts.sort((one, other) => other.bytes - one.bytes);
  if (bytes <= mostPodBytes || largest === undefined) return [];
  const fix =
    `has ${shownBytes(largest.bytes)} of the Pod's ${shownBytes(bytes)}, and a cluster stores at most ` +
    `${shownBytes(mostPodBytes)} of a Pod; put large texts into ConfigMaps and mount those (volumes), or fetch them by ` +
    "download steps";
  return [{ field: largest.field, value: "", fix }];
}

/** Of all plain texts in a value: no more than they have in the Pod. */
function textBytes(value: unknown): number {
  if (typeof value === "string") return bytesOf(value);
  if (Array.isArray(value)) return value.reduce<number>((sum, inner) => sum + textBytes(inner), 0);
  return Object.entries(mapOf(value)).reduce((sum, [key, inner]) => sum + bytesOf(key) + textBytes(inner), 0);
}

type Fields = Record<string, unknown>;

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A map as a program writes it; nothing of an Output, a Resource or any other thing that has a life of its own. */
function mapOf(value: unknown): Fields {
  if (typeof value !== "object" || value === null || !isPlain(value)) return {};
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? (value as Fields) : {};
}
