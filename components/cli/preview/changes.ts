import { annotation } from "../../contract";
import type { Preview, PreviewStep, State } from "./parse";
import { grouped, isRecord, keysOf, pathTo, secretMark, shownOf, valueAt } from "./values";

/** What becomes of a resource. */
export type Action = "create" | "replace" | "update" | "delete" | "import";

/** A property that differs. */
export interface Field {
  /** As Pulumi writes it, such as `spec.containers[0].image`. */
  path: string;
  /** `"[secret]"` for each secret; left out where there was none. */
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
  "delete-replaced": "replace",
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
  const action = ops.map((op) => (Object.hasOwn(actions, op) ? actions[op] : undefined)).find((found) => found);
  if (action === undefined) return [];
  const before = shown(steps.find((step) => step.before)?.before);
  const after = shown(steps.find((step) => step.after)?.after);
  const paths = steps.flatMap((step) => step.paths);
  const [deleted, made] = [ops.indexOf("delete-replaced"), ops.findIndex((op) => /^(create|import)-repl/.test(op))];
  const { type, name } = partsOf(urn);
  return [
    {
      urn,
      type,
      name,
      parent: steps.map(({ parent }) => parent).find((parent) => parent !== "") ?? "",
      action,
      ...(deleted >= 0 && made >= 0 ? { deletedFirst: deleted < made } : {}),
      fields: action === "delete" ? [] : fieldsOf(type, [...new Set(paths)], before, after),
      before,
      after,
    },
  ];
}

/** Type and name in a URN: `urn:pulumi:STACK::PROJECT::TYPE-OF-PARENT$TYPE::NAME`. */
export function partsOf(urn: string): { type: string; name: string } {
  const [, types = "", name = ""] = /^urn:pulumi:[^:]*::[^:]*::(.*?)::(.*)$/s.exec(urn) ?? [];
  return { type: types.split("$").pop() ?? "", name };
}

function shown(state: State | undefined): State | undefined {
  return state && { inputs: shownOf(state.inputs), outputs: shownOf(state.outputs) };
}

/** The provider tells what differs, as a refresh has it; where it does not, the inputs do. */
function fieldsOf(type: string, told: readonly string[], before: State | undefined, after: State | undefined): Field[] {
  const inputs = after?.inputs;
  const paths =
    told.length > 0 ? told : before === undefined ? leaves(inputs, "") : differences(before.inputs, inputs, "");
  const isSecret = (path: string): boolean => type === "kubernetes:core/v1:Secret" && /^(stringD|d)ata\b/.test(path);
  return paths
    .filter((path) => !isOwnBusiness(path))
    .map((path) => {
      const old = valueAt(before?.inputs, path) ?? valueAt(before?.outputs, path);
      const wanted = valueAt(after?.inputs, path);
      return {
        path,
        ...(old === undefined ? {} : { before: isSecret(path) ? secretMark : old }),
        ...(wanted === undefined ? {} : { after: isSecret(path) ? secretMark : wanted }),
      };
    });
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
