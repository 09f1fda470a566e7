import { annotation } from "../../contract";
import type { Change, Field } from "./changes";
import { hiddenMark, isRecord, keysOf, secretMark, textOf, valueAt } from "./values";

/**
 * Why the Pod of an InitPod does not stay as it is, and what happens beside it, in words. `own`: all of the InitPod's.
 * `isNoticed`: whether it is told already what became of the old Pod.
 */
export function reasonsOf(own: readonly Change[], pod: Change | undefined, isNoticed = false): string[] {
  if (pod?.action === "create" || pod?.action === "delete") return [];
  const objects = own.filter((change) => change !== pod && "metadata" in (inputsOf(change) ?? {}));
  const reasons = [
    ...objects.flatMap(ofObject),
    ...(pod === undefined ? [] : ofPod(pod, new Set(objects.filter(isReplaced).flatMap(namesOf)))),
  ];
  return [...new Set(reasons)].filter((reason) => !isNoticed || reason !== failed);
}

function inputsOf({ before, after }: Change): Record<string, unknown> | undefined {
  const inputs = (after ?? before)?.inputs;
  return isRecord(inputs) ? inputs : undefined;
}

function isReplaced({ action }: Change): boolean {
  return action === "replace";
}

/** Its name in the cluster, before and after. */
function namesOf({ before, after }: Change): string[] {
  return [before, after].map((state) => textOf(valueAt(state?.inputs, "metadata.name"))).filter((name) => name !== "");
}

const happens: Readonly<Record<Change["action"], string>> = {
  create: "is new",
  replace: "is made anew",
  update: "changes",
  delete: "goes",
  import: "is taken over",
};

/** Of what an InitPod has beside its Pod. */
function ofObject({ type, name, action, fields, isLeftOver }: Change): string[] {
  const kind = type.split(":").pop() ?? type;
  if (isLeftOver) return [`an old ${kind} goes, which an \`up\` that failed has left`];
  const keys = fields
    .filter(({ path }) => /^(?:stringD|d)ata\b/.test(path))
    .flatMap(({ path }) => keysOf(path).slice(1, 2));
  if (action !== "create" && keys.length > 0) {
    return keys.map((key) => (kind === "Secret" ? `the secret value ${key} is another` : `the text ${key} is another`));
  }
  if (fields.length > 0 && fields.every(({ path }) => isLabel(path))) return fields.map(labelWords);
  const what = kind === "Service" ? kind : `${kind} "${name}"`;
  const changed = action === "update" && fields.length > 0 ? `: ${fields.map(({ path }) => path).join(", ")}` : "";
  return [`${what} ${happens[action]}${changed}`];
}

/** `renamed`: names in the cluster of what the Pod refers to, whose own change is told. */
function ofPod(pod: Change, renamed: ReadonlySet<string>): string[] {
  const fields = pod.fields.filter(({ before, after }) => !(renamed.has(textOf(before)) && renamed.has(textOf(after))));
  // It goes with the port of a container.
  const meant = fields.length > 1 ? fields.filter(({ path }) => path !== pathOf(annotation.port)) : fields;
  return meant.map((field) => wordsOf(field, pod));
}

function pathOf(key: string): string {
  return `metadata.annotations["${key}"]`;
}

const failed = "its Pod failed, or is gone: it is made anew";

function wordsOf(field: Field, pod: Change): string {
  const { path } = field;
  if (path === pathOf(annotation.retry)) return failed;
  if (isLabel(path)) return labelWords(field);
  const keys = keysOf(path);
  const [first, second, index = "", ...inner] = keys;
  if (first === "spec" && (second === "initContainers" || second === "containers") && index !== "") {
    return ofContainer(field, inner, containerOf(pod, `spec.${second}[${index}]`, second));
  }
  return `${path}${values(field)}`;
}

interface Container {
  /** As in `step "seed"`. */
  words: string;
  at: (path: string) => unknown;
}

function containerOf({ before, after }: Change, path: string, list: string): Container {
  const at = (inner: string): unknown =>
    valueAt(after?.inputs, `${path}${inner}`) ?? valueAt(before?.inputs, `${path}${inner}`);
  const name = textOf(at(".name"));
  return { words: `${list === "containers" ? "container" : "step"} "${name}"`, at };
}

function ofContainer(field: Field, inner: readonly string[], { words, at }: Container): string {
  const [key, index] = inner;
  switch (key) {
    case undefined:
      return `${words} ${field.before === undefined ? "is new" : field.after === undefined ? "goes" : "is another"}`;
    case "image":
      return `image of ${words}${values(field)}`;
    case "command":
    case "args":
      return `command of ${words} is another`;
    case "env": {
      const name = textOf(at(`.env[${index ?? ""}].name`));
      return name === "" ? `environment of ${words} is another` : `variable ${name} of ${words}${otherwise(field)}`;
    }
    case "ports":
      return `port of ${words}${values(field)}`;
    default:
      return `${key} of ${words}${otherwise(field)}`;
  }
}

function isLabel(path: string): boolean {
  const [first, second, key] = keysOf(path);
  return first === "metadata" && second === "labels" && key !== undefined;
}

function labelWords(field: Field): string {
  return `label ${keysOf(field.path)[2] ?? ""}${values(field)}`;
}

function otherwise({ before, after }: Field): string {
  return before === undefined ? " is new" : after === undefined ? " goes" : " is another";
}

/** Longer ones are shown among all that differs. */
const longestShown = 120;

/** What it was and is, where both are short. */
function values(field: Field): string {
  const [before, after] = [shown(field.before), shown(field.after)];
  if (before === undefined || after === undefined) return otherwise(field);
  return `: ${before} → ${after}`;
}

function shown(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return undefined;
  const text = String(value);
  return text === secretMark || text === hiddenMark || text === "" || text.length > longestShown ? undefined : text;
}
