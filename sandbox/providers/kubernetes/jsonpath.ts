import { isObject, type Json, type JsonObject } from "../json.ts";
import { parsePath } from "./diff.ts";

export interface PathCondition {
  text: string;
  path: string;
  value: string;
  select: (object: JsonObject) => Json[];
}

type Select = (values: Json[]) => Json[];

function children(value: Json): Json[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value).map((item) => item ?? null) : [];
}

function step(key: string | number): Select {
  if (key === "*") return (values) => values.flatMap(children);
  return (values) =>
    values.flatMap((value) => {
      if (typeof key === "number") return Array.isArray(value) ? value.slice(key, key + 1) : [];
      return isObject(value) && Object.hasOwn(value, key) ? [value[key] ?? null] : [];
    });
}

/** `?(@.type=="Ready")`: the one kind of filter in common use. */
function filter(expression: string): Select {
  const match = /^\?\(@\.([\w.-]+)\s*==\s*["']([^"']*)["']\)$/.exec(expression.trim());
  if (!match) throw new Error(`the stand-in knows no JSONPath filter like [${expression}]`);
  const [, path = "", wanted] = match;
  const steps = parsePath(path).map(step);
  return (values) =>
    values.flatMap(children).filter((item) => steps.reduce((at, next) => next(at), [item]).includes(wanted ?? null));
}

/** `jsonpath={.path}` or `jsonpath={.path}=value`. */
export function parsePathCondition(expression: string): PathCondition {
  const match = /^jsonpath=(\{\s*\$?(.*?)\s*\})(?:=(.*))?$/s.exec(expression);
  if (!match)
    throw new Error(`a JSONPath condition is written jsonpath={.path} or jsonpath={.path}=value: ${expression}`);
  const [, path = "", inner = "", value = ""] = match;
  const selects: Select[] = [];
  for (const [part] of inner.matchAll(/\[\?\([^\]]*\)\]|(?:(?!\[\?).)+/gs)) {
    if (part.startsWith("[?")) selects.push(filter(part.slice(1, -1)));
    else selects.push(...parsePath(part).map(step));
  }
  return {
    text: value === "" ? path : `${path}=${value}`,
    path,
    value,
    select: (object) => selects.reduce<Json[]>((values, select) => select(values), [object]),
  };
}
