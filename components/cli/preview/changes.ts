import { annotation } from "../../contract";
import type { Preview, PreviewStep, State } from "./parse";
import { grouped, hiddenMark, isRecord, keysOf, marked, pathTo, secretMark, shownOf, valueAt } from "./values";

/** What becomes of a resource. */
export type Action = "create" | "replace" | "update" | "delete" | "import";

/** A property that differs. */
export interface Field {
  /** As Pulumi writes it, such as `spec.containers[0].image`. */
  path: string;
  /** `"[secret]"` for each secret, `"[hidden]"` for what `hideDiffs` hides; left out where there was none. */
  before?: unknown;
  after?: unknown;
}

/** What happens to one resource. */
export interface Change {
  urn: string;
  type: string;
  name: string;
  /** URN of its parent; `""` where it has none. */
  parent: string;
  action: Action;
  /** Whether what goes is an earlier one of a resource that stays: what an `up` that failed has left. */
  isLeftOver: boolean;
  /** Whether the old one is deleted before the new one is made; undefined where that is not known, or none is replaced. */
  deletedFirst?: boolean;
  /** Of a resource that is new, all that it is made of; none of one that goes. */
  fields: Field[];
  before?: State;
  after?: State;
}

const actions: Readonly<Record<string, Action>> = {
  create: "create",
  replace: "replace",
  "create-replacement": "replace",
  update: "update",
  delete: "delete",
  import: "import",
  "import-replacement": "replace",
  "read-replacement": "replace",
};

/** What the preview says of each resource that does not stay as it is, in its order. */
export function changesOf({ steps }: Preview): Change[] {
  const byUrn = grouped(steps, ({ urn }) => urn);
  return [...byUrn].flatMap(([urn, own]) => changeOf(urn, own));
}

function changeOf(urn: string, steps: readonly PreviewStep[]): Change[] {
  const ops = steps.map(({ op }) => op);
  const told = ops.map((op) => (Object.hasOwn(actions, op) ? actions[op] : undefined)).find((action) => action);
  const isLeftOver = told === undefined && ops.includes("delete-replaced");
  const action = isLeftOver ? "delete" : told;
  if (action === undefined) return [];
  const before = mapped(steps.find((step) => step.before)?.before, shownOf);
  const after = mapped(steps.find((step) => step.after)?.after, shownOf);
  const hidden = [before, after].flatMap((state) => state?.hidden ?? []);
  const [deleted, made] = [ops.indexOf("delete-replaced"), ops.findIndex((op) => /^(create|import)-repl/.test(op))];
  const { type, name } = partsOf(urn);
  const [old, wanted] = [before, after].map((state) => withoutHidden(state, type, hidden));
  return [
    {
      urn,
      type,
      name,
      parent: steps.map(({ parent }) => parent).find((parent) => parent !== "") ?? "",
      action,
      isLeftOver,
      ...(deleted >= 0 && made >= 0 ? { deletedFirst: deleted < made } : {}),
      fields: action === "delete" ? [] : pathsOf(steps, before, after).map((path) => fieldOf(path, old, wanted)),
      before: old,
      after: wanted,
    },
  ];
}

/** Type and name in a URN: `urn:pulumi:STACK::PROJECT::TYPE-OF-PARENT$TYPE::NAME`. */
export function partsOf(urn: string): { type: string; name: string } {
  const [, types = "", name = ""] = /^urn:pulumi:[^:]*::[^:]*::(.*?)::(.*)$/s.exec(urn) ?? [];
  return { type: types.split("$").pop() ?? "", name };
}

function mapped(state: State | undefined, edit: (values: unknown) => unknown): State | undefined {
  return state && { ...state, inputs: edit(state.inputs), outputs: edit(state.outputs) };
}

const secretTypes = ["Secret", "SecretPatch"].map((kind) => `kubernetes:core/v1:${kind}`);
/** Where the values of a Kubernetes Secret lie, which Pulumi need not know to be secret. */
const secretPaths = ["data", "stringData", 'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]'];

function withoutHidden(state: State | undefined, type: string, hidden: readonly string[]): State | undefined {
  const secret = secretTypes.includes(type) ? secretPaths : [];
  return mapped(state, (values) => marked(marked(values, hidden, hiddenMark), secret, secretMark));
}

/** The provider tells what differs; where it does not, the inputs do. */
function pathsOf(steps: readonly PreviewStep[], before: State | undefined, after: State | undefined): string[] {
  const told = new Set(steps.flatMap(({ paths }) => paths));
  const inputs = after?.inputs;
  const own = (): string[] => (before === undefined ? leaves(inputs, "") : differences(before.inputs, inputs, ""));
  return (told.size > 0 ? [...told] : own()).filter((path) => !isOwnBusiness(path));
}

/** What was there stands in the inputs, or where a refresh found it, in the outputs. */
function fieldOf(path: string, before: State | undefined, after: State | undefined): Field {
  const old = valueAt(before?.inputs, path) ?? valueAt(before?.outputs, path);
  const wanted = valueAt(after?.inputs, path);
  return { path, ...(old === undefined ? {} : { before: old }), ...(wanted === undefined ? {} : { after: wanted }) };
}

/** What says nothing to people: what it stands for is shown. */
function isOwnBusiness(path: string): boolean {
  const [, parent, key = ""] = keysOf(path);
  return parent === "annotations" && (key === annotation.applied || key.startsWith("pulumi.com/"));
}

/** Paths of the innermost values. */
function leaves(value: unknown, path: string): string[] {
  const children = Object.entries(childrenOf(value, path));
  if (children.length === 0) return path === "" ? [] : [path];
  return children.flatMap(([at, inner]) => leaves(inner, at));
}

/** Paths of the values that differ: the innermost, or the outermost that only one of both has. */
function differences(before: unknown, after: unknown, path: string): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const [old, wanted] = [childrenOf(before, path), childrenOf(after, path)];
  const isInner = Array.isArray(before) ? Array.isArray(after) : isRecord(before) && isRecord(after);
  if (!isInner) return path === "" ? [] : [path];
  const paths = new Set([...Object.keys(old), ...Object.keys(wanted)]);
  return [...paths].flatMap((at) => differences(old[at], wanted[at], at));
}

/** What a list or an object holds, by path. */
function childrenOf(value: unknown, path: string): Record<string, unknown> {
  if (Array.isArray(value))
    return Object.fromEntries(value.map((inner, index) => [`${path}[${index}]`, inner as unknown]));
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [pathTo(path, key), inner]));
}
