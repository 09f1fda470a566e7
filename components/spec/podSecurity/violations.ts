import { Security } from "..";
import { isPlain } from "../values";
import { type Rule, rules } from "./rules";
import type { Standard } from "./standards";

/** A field that a standard forbids as it is. */
export interface Violation {
  /** The control that forbids it, and the lowest standard that has it. */
  readonly control: string;
  readonly standard: Rule["standard"];
  /** Name of the container; undefined where it is the Pod's. */
  readonly container?: string;
  /** Where it stands in the Pod or the container, an element of a list by its name if it has one. */
  readonly field: string;
  /** What stands there; undefined where something is missing. */
  readonly value: unknown;
  /** The strictest level of `security` that allows it. */
  readonly allowedBy: Security;
}

/** A Pod as it is to be made. */
export interface Judged {
  readonly spec: unknown;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

/**
 * What of a Pod breaks a standard, a field at a time. Outputs are not judged, nor what lies below one. Pure.
 */
export function violations({ spec, annotations = {} }: Judged, standard: Standard): Violation[] {
  if (standard === "privileged") return [];
  const forWindows = at(spec, "os.name").some(({ value }) => value === "windows");
  const hasOwnUsers = at(spec, "hostUsers").some(({ value }) => value === false);
  const asked = rules
    .filter((rule) => standard === "restricted" || rule.standard === "baseline")
    .filter(({ linuxOnly, hostUsersOnly }) => !(forWindows && linuxOnly) && !(hasOwnUsers && hostUsersOnly));
  const containers = containersOf(spec);
  const found = asked.flatMap((rule) =>
    [
      ...ofPod(rule, spec),
      ...containers.flatMap((one) => ofContainer(rule, one, spec)),
      ...ofAnnotations(rule, annotations),
    ]
      .filter(({ value, field }) => isKnown(value) && !rule.allows(value, field.slice(field.lastIndexOf(".") + 1)))
      .map((place): Violation => ({
        control: rule.control,
        standard: rule.standard,
        ...place,
        allowedBy: rule.standard === "baseline" ? Security.Image : Security.Baseline,
      })),
  );
  // What "baseline" forbids, "restricted" does too: it is told once.
  return found.filter(
    (one, index) =>
      found.findIndex(({ container, field }) => container === one.container && field === one.field) === index,
  );
}

interface Place {
  readonly container?: string;
  readonly field: string;
  readonly value: unknown;
}

function ofPod({ inPod = [] }: Rule, spec: unknown): Place[] {
  return inPod.flatMap((path) => at(spec, path));
}

function ofContainer({ inContainer = [], inherits = false }: Rule, { name, container }: Named, spec: unknown): Place[] {
  return inContainer.flatMap((path) =>
    at(container, path).flatMap((place) => {
      // What the Pod says is judged there.
      const isThePods =
        inherits && place.value === undefined && at(spec, path).every(({ value }) => value !== undefined);
      return isThePods ? [] : [{ ...place, container: name }];
    }),
  );
}

function ofAnnotations({ inAnnotations }: Rule, annotations: Readonly<Record<string, unknown>>): Place[] {
  if (inAnnotations === undefined) return [];
  return Object.entries(annotations)
    .filter(([key]) => key.startsWith(inAnnotations))
    .map(([key, value]) => ({ field: `metadata.annotations["${key}"]`, value }));
}

interface Named {
  readonly name: string;
  readonly container: unknown;
}

function containersOf(spec: unknown): Named[] {
  return ["initContainers", "containers", "ephemeralContainers"].flatMap((list) =>
    at(spec, `${list}[]`).flatMap(({ value }) => {
      if (!isMap(value)) return [];
      return [{ name: String(value.name), container: value }];
    }),
  );
}

/**
 * The values at a path of Kubernetes fields, each with its own path. One that is missing is there, as undefined; of a list or
 * a map without elements, and below what is not known, there is nothing.
 */
function at(tree: unknown, path: string): Place[] {
  let steps = split.get(path);
  if (steps === undefined) split.set(path, (steps = path.replaceAll("[]", ".[]").split(".")));
  return below(tree, steps, 0, "");
}

/** The paths of the rules, taken apart: they are looked at for each container of each Pod. */
const split = new Map<string, readonly string[]>();

function below(value: unknown, steps: readonly string[], done: number, field: string): Place[] {
  const step = steps[done];
  if (step === undefined) return [{ field, value }];
  if (!isPlain(value)) return [];
  if (step === "[]") {
    const list: readonly unknown[] = Array.isArray(value) ? value : [];
    return list.flatMap((one, index) => below(one, steps, done + 1, `${field}[${nameIn(one) ?? index}]`));
  }
  const map = isMap(value) ? value : {};
  const go = (name: string): Place[] => below(map[name], steps, done + 1, field === "" ? name : `${field}.${name}`);
  return step === "*" ? Object.keys(map).flatMap(go) : go(step);
}

function nameIn(one: unknown): string | undefined {
  return isMap(one) && typeof one.name === "string" ? one.name : undefined;
}

function isKnown(value: unknown): boolean {
  return Array.isArray(value) ? value.every(isPlain) : isPlain(value);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && isPlain(value);
}
