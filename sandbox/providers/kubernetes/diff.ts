import { equal, isObject, type Json, type JsonObject } from "../json.ts";
import type { Change, ChangeKind } from "../provider.ts";
import { isUnknown } from "../wire.ts";

export type Step = string | number;

/** Property paths as the engine writes them: `a.b[0]["x.y"]`. */
export function pathText(path: Step[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/[."[\]]/.test(step)) text += `["${step.replaceAll('"', '\\"')}"]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}

export function parsePath(text: string): Step[] {
  const steps: Step[] = [];
  for (const match of text.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\[(\*)\]|([^.[\]]+)/g)) {
    const [, quoted, index, star, plain] = match;
    if (index !== undefined) steps.push(Number(index));
    else steps.push(quoted?.replaceAll('\\"', '"') ?? star ?? plain ?? "");
  }
  return steps;
}

function isBelow(path: Step[], pattern: Step[]): boolean {
  return pattern.length <= path.length && pattern.every((step, index) => step === "*" || step === path[index]);
}

/**
 * Whether a changed value holds the rest of a pattern. As in the official provider, a list that is removed as a whole
 * holds everything below its elements, while a single removed element (null) holds nothing.
 */
function holds(value: Json | undefined, rest: Step[]): boolean {
  const [step, ...further] = rest;
  if (step === undefined) return true;
  if (step === "*") {
    if (!Array.isArray(value) || value.length === 0) return true;
    return value.some((item) => holds(item, further));
  }
  return isObject(value) && Object.hasOwn(value, step) && holds(value[step], further);
}

function touches(path: Step[], value: Json | undefined, pattern: Step[]): boolean {
  const common = Math.min(path.length, pattern.length);
  for (let index = 0; index < common; index++) {
    if (pattern[index] !== "*" && pattern[index] !== path[index]) return false;
  }
  return holds(value, pattern.slice(common));
}

interface Found {
  path: Step[];
  kind: ChangeKind;
  value: Json | undefined;
}

function compareObjects(path: Step[], old: JsonObject, now: JsonObject, found: Found[]): void {
  for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
    compare([...path, key], old[key], now[key], found);
  }
}

function compare(path: Step[], old: Json | undefined, now: Json | undefined, found: Found[]): void {
  if (now === undefined) {
    if (old !== undefined) found.push({ path, kind: "delete", value: null });
  } else if (old === undefined) found.push({ path, kind: "add", value: now });
  else if (isObject(old) && isObject(now)) compareObjects(path, old, now, found);
  else if (Array.isArray(old) && Array.isArray(now)) {
    for (let index = 0; index < Math.max(old.length, now.length); index++) {
      compare([...path, index], old[index], now[index], found);
    }
  } else if (isUnknown(now) || !equal(old, now)) found.push({ path, kind: "update", value: now });
}

/** From what the program said last time, as it lives now, to what it says now. */
export function difference(
  old: JsonObject,
  now: JsonObject,
  immutable: string[],
  ignore: string[],
): Map<string, Change> {
  const found: Found[] = [];
  compareObjects([], old, now, found);
  const ignored = ignore.map(parsePath);
  const patterns = immutable.map(parsePath);
  const changes = new Map<string, Change>();
  for (const { path, kind, value } of found) {
    if (ignored.some((pattern) => isBelow(path, pattern))) continue;
    changes.set(pathText(path), { kind, replace: patterns.some((pattern) => touches(path, value, pattern)) });
  }
  return changes;
}
