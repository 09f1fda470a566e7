import type * as pulumi from "@pulumi/pulumi";
import { didYouMean } from "../../text";
import type { InitPodArgs } from "..";
import { checked, type Fail, hiddenValue, isPlain, isPlainObject, type Problem, shownValue } from "../values";
import { argsShape, type Shape } from "./fields";
import type { Place } from "./places";

/** What the arguments come to where nothing is taken for granted of them. */
export interface Shaped {
  /** What can't stand where it stands. */
  readonly problems: Problem[];
  /**
   * The arguments without what the problems speak of, so that everything else in them can be looked at as the types say.
   * What is undefined in them is left out.
   */
  readonly args: InitPodArgs;
}

/** Arguments of any JavaScript value whatsoever. */
export function shaped(args: unknown): Shaped {
  const problems: Problem[] = [];
  const sound = walk(args ?? {}, argsShape, "", {
    problem: (problem) => problems.push(problem),
    output: (output) => output,
  });
  return { problems, args: sound as InitPodArgs };
}

/**
 * Arguments without problems, with each Output checked when it resolves, to whatever JavaScript value; `fail` makes the
 * error of a bad one.
 */
export function guarded(args: InitPodArgs, fail: Fail): InitPodArgs {
  return walk(args, argsShape, "", {
    problem: () => undefined,
    output: (output, field, shape) =>
      checked(output, field, (value) => resolvedProblem(value, shape), fail, shape.is === "leaf" && shape.hidden),
  }) as InitPodArgs;
}

type Leaf = Extract<Shape, { is: "leaf" }>;
type Raw = Extract<Shape, { is: "raw" }>;

interface Visitor {
  readonly problem: (problem: Problem) => void;
  readonly output: (output: pulumi.Input<unknown>, field: string, shape: Shape) => unknown;
}

/** In place of a value that can't stand there: an Input of which nothing is known. */
const notKnown: pulumi.Input<unknown> = Promise.resolve("");

function walk(value: unknown, shape: Shape, field: string, visitor: Visitor): unknown {
  if (shape.is === "raw" && value !== null && !isPlain(value)) return visitor.output(value, field, shape);
  if (shape.is === "raw") return rawFields(value, field, visitor, shape);
  if (shape.is === "leaf") return leaf(value, shape, field, visitor);
  if (shape.is === "list") return listOf(value, shape.of, field, visitor);
  return fieldsOf(value, shape, field, visitor);
}

function leaf(value: unknown, shape: Leaf, field: string, visitor: Visitor): unknown {
  if (!isPlain(value)) {
    if (shape.input) return visitor.output(value, field, shape);
    visitor.problem({
      field,
      value: shownValue(value),
      fix: "must be known at once: it can't be an Output or a Promise",
    });
    return standIn(shape);
  }
  if ((shape.types as readonly string[]).includes(typeof value)) return value;
  const fix = shape.check(value) ?? `must be a ${shape.types.join(" or ")}`;
  visitor.problem({ field, value: shape.hidden ? hiddenIn(value) : shownValue(value) || String(value), fix });
  return standIn(shape);
}

/** A value that starts no further problems. */
function standIn({ types, input }: Leaf): unknown {
  if (input) return notKnown;
  return types.includes("number") ? 1 : types.includes("boolean") ? false : undefined;
}

function fieldsOf(
  value: unknown,
  shape: Extract<Shape, { is: "fields" | "map" }>,
  field: string,
  visitor: Visitor,
): unknown {
  if (!isPlainObject(value)) {
    const what = shape.is === "map" ? "a map of names to values" : "an object with fields";
    return misplaced(value, what, field, visitor, {});
  }
  const at = (name: string): string => (field === "" ? name : `${field}.${name}`);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      if (shape.is === "map") {
        const place = field === "labels" || field === "annotations" ? `${field}["${name}"]` : at(name);
        if (inner === undefined) {
          visitor.problem({ field: place, value: "undefined", fix: "has no value; give it one or leave it out" });
          return [];
        }
        return [[name, walk(inner, shape.of, place, visitor)]];
      }
      const own = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
      if (own === undefined) {
        const place = /^[\w$-]+$/.test(name) ? at(name) : `${field}[${shownValue(name)}]`;
        visitor.problem({ field: place, value: "", fix: unknownField(name, Object.keys(shape.fields)) });
        return [];
      }
      if (inner === undefined) return [];
      const sound = walk(inner, own, at(name), visitor);
      return sound === undefined ? [] : [[name, sound]];
    }),
  );
}

function unknownField(name: string, known: readonly string[]): string {
  const near = didYouMean(name, known);
  return near === undefined
    ? `is no field here; there are ${known.join(", ")}`
    : `is no field here; did you mean ${near}?`;
}

function listOf(value: unknown, of: Shape, field: string, visitor: Visitor): unknown {
  if (!Array.isArray(value)) return misplaced(value, "a list", field, visitor, []);
  // Not map: it leaves out the holes of a list.
  return Array.from(value as unknown[], (inner, at) => {
    const place = `${field}[${at}]`;
    if (inner === undefined) {
      visitor.problem({
        field: place,
        value: "undefined",
        fix: "has no value; give it one or take it out of the list",
      });
    }
    const sound = inner === undefined ? undefined : walk(inner, of, place, visitor);
    if (sound !== undefined) return sound;
    return of.is === "leaf" ? (of.input ? notKnown : "") : {};
  });
}

function misplaced<T>(value: unknown, what: string, field: string, { problem }: Visitor, instead: T): T {
  const fix = isPlain(value)
    ? `must be ${what}; leave it out where there is none`
    : `must be ${what} that is known at once: only values inside it can be Outputs`;
  problem({ field: field === "" ? "args" : field, value: kindOf(value), fix });
  return instead;
}

function rawFields(value: unknown, field: string, visitor: Visitor, { at }: Raw): unknown {
  if (!isPlainObject(value)) return misplaced(value, "an object with fields of Kubernetes", field, visitor, {});
  return rawValue(value, field, visitor, at, []);
}

/** JSON with Outputs anywhere; `outer` are the objects that it lies in. */
function rawValue(
  value: unknown,
  field: string,
  visitor: Visitor,
  place: Place | undefined,
  outer: readonly unknown[],
): unknown {
  if (value !== null && !isPlain(value)) return visitor.output(value, field, { is: "raw", at: place ?? {} });
  if (isJsonLeaf(value)) return rawLeaf(value, field, visitor, place);
  if (outer.includes(value)) {
    visitor.problem({ field, value: "", fix: "contains itself; write it out as plain data" });
    return null;
  }
  const inside = [...outer, value];
  if (Array.isArray(value)) {
    return Array.from(value as unknown[], (inner, at) =>
      rawValue(inner, `${field}[${at}]`, visitor, place?.each, inside),
    );
  }
  if (isPlainObject(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, inner]) => inner !== undefined)
        .map(([name, inner]) => {
          const fix = place?.keys?.(name);
          if (fix !== undefined) visitor.problem({ field: `${field}.${name}`, value: shownValue(name), fix });
          const known =
            place?.fields !== undefined && Object.hasOwn(place.fields, name) ? place.fields[name] : place?.each;
          return [name, rawValue(inner, `${field}.${name}`, visitor, known, inside)];
        }),
    );
  }
  visitor.problem({ field, value: shownValue(value) || String(value), fix: notJson });
  return null;
}

function rawLeaf(value: unknown, field: string, visitor: Visitor, place: Place | undefined): unknown {
  // It takes away what stands there.
  const fix = value === null ? undefined : place?.check?.(value);
  if (fix === undefined) return value;
  visitor.problem({ field, value: shownValue(value), fix });
  return null;
}

const notJson = "is nothing that Kubernetes takes; give a string, a number, true, false, a list or a plain object";

function isJsonLeaf(value: unknown): boolean {
  return value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

/** What is wrong with what an Output at a place of this shape resolved to. */
function resolvedProblem(value: unknown, shape: Shape): string | undefined {
  if (shape.is === "leaf") return shape.check(value);
  const fixes: string[] = [];
  rawValue(
    value,
    "",
    { problem: ({ field, fix }) => fixes.push(field === "" ? fix : `at ${field}: ${fix}`), output: () => null },
    shape.is === "raw" ? shape.at : undefined,
    [],
  );
  return fixes[0];
}

function hiddenIn(value: unknown): string {
  return value === null || value === undefined ? String(value) : hiddenValue;
}

/** What a misplaced value is, in one word or a short one. */
function kindOf(value: unknown): string {
  return shownValue(value) || String(value);
}
