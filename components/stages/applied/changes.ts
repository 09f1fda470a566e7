import type { Pod } from "../../cluster/pods";
import {
  appliedLeaves,
  type Difference,
  hasOthersItems,
  isDifferent,
  isOrder,
  type Leaves,
  leavesOf,
  type Recorded,
  unknownLeaf,
  wasHidden,
} from "../../spec/applied";
import type { Change, Step } from "../../spec/changes";
import type { Compared } from "./decision";
import { counted } from "./metadata";

/** How what is wanted of a Pod differs from the newest live one. */
export interface PodChanges {
  spec: readonly Change[];
  /** Of labels and annotations. */
  metadata: readonly Change[];
  /** Paths of the spec that a preview doesn't know. */
  unknown: readonly string[];
  /** Version of this package that made the live one, where that is recorded. */
  madeBy?: string;
  /** Whether the cluster has put items into lists of ours, which the provider shows among the real changes. */
  isMixed: boolean;
  isEdited: boolean;
}

/** By field, with the values that are plain and known. Where nothing was recorded, the live Pod tells what it was made of. */
export function changesOf(
  { spec, metadata, hidden }: Recorded,
  newest: Pod,
  key: string,
  compared: Compared | undefined,
): PodChanges {
  const [liveSpec, liveMetadata] = [leavesOf(newest.spec), leavesOf(counted(newest.metadata))];
  const { applied, isEdited = false } = compared ?? {};
  const isHidden = (path: string): boolean => hidden.has(path);
  const mayShowOld = (path: string): boolean => applied !== undefined && !wasHidden(applied, path, key);
  const differs = compared !== undefined && isDifferent(compared.spec);
  // Hashing it takes its time.
  const oldSpec = differs ? appliedLeaves(compared.applied.hashes, liveSpec, key) : none;
  const ofSpec = compared ? listed(compared.spec, spec, () => oldSpec) : againstLive(spec, liveSpec);
  const ofMetadata =
    compared?.metadata === undefined || applied?.metadata === undefined
      ? againstLive(metadata, liveMetadata)
      : listed(compared.metadata, metadata, () => appliedLeaves(applied.metadata ?? none, liveMetadata, key));
  return {
    spec: ofSpec.map((change) => shownOnly(change, isHidden, mayShowOld)).map((change) => withScript(change, spec)),
    metadata: [
      ...ofMetadata.map((change) => shownOnly(change, isHidden, mayShowOld)),
      ...unknownIn(metadata).map((path): Change => ({ path, how: "unknown" })),
    ],
    unknown: unknownIn(spec),
    madeBy: applied?.version,
    isMixed: differs && hasOthersItems(compared.applied.hashes, liveSpec, oldSpec, key),
    isEdited,
  };
}

function unknownIn(leaves: Leaves): string[] {
  return [...leaves].flatMap(([path, value]) => (value === unknownLeaf ? path : []));
}

const none: ReadonlyMap<string, string> = new Map();

function listed(difference: Difference, wanted: Leaves, oldLeaves: () => Leaves): Change[] {
  if (!isDifferent(difference)) return [];
  const old = oldLeaves();
  const changed = difference.changed.map((path): Change => {
    const to = textOf(wanted.get(path));
    return difference.added.includes(path)
      ? { path, how: "added", to }
      : { path, how: "changed", from: textOf(old.get(path)), to };
  });
  if (!difference.hasGone) return changed;
  const gone = [...old]
    .filter(([path]) => !wanted.has(path))
    .map(([path, value]): Change => ({ path, how: "gone", from: textOf(value) }));
  return [...changed, ...(gone.length === 0 ? [{ path: "", how: "gone" } as const] : gone)];
}

/** Not what is gone: the cluster adds to what was wanted. */
function againstLive(wanted: Leaves, live: Leaves): Change[] {
  return [...wanted].flatMap(([path, value]): Change[] => {
    if (value === unknownLeaf || isOrder(path) || live.get(path) === value) return [];
    const [from, to] = [textOf(live.get(path)), textOf(value)];
    return [live.has(path) ? { path, how: "changed", from, to } : { path, how: "added", to }];
  });
}

/** What is at a path, as text; undefined where it is not known. */
function textOf(value: string | typeof unknownLeaf | undefined): string | undefined {
  return typeof value === "string" ? String(JSON.parse(value)) : undefined;
}

function shownOnly(change: Change, isHidden: (path: string) => boolean, mayShowOld: (path: string) => boolean): Change {
  const { path, how, from, to } = change;
  if (isHidden(path)) return { path, how };
  return mayShowOld(path) ? { path, how, from, to } : { path, how, to };
}

function withScript(change: Change, wanted: Leaves): Change {
  const [, command] = /^(.*\.command)\[2\]$/.exec(change.path) ?? [];
  const flag = command === undefined ? undefined : textOf(wanted.get(`${command}[1]`));
  return flag !== undefined && /^-\w*c$/.test(flag) ? { ...change, isScript: true } : change;
}

/** The init containers that are wanted, in order. */
export function stepsOf({ spec }: Pick<Recorded, "spec">): Omit<Step, "isNew">[] {
  const order = textListOf(spec.get("initContainers[]"));
  return order.map((name) => ({
    name,
    isSidecar: spec.get(`initContainers[${name}].restartPolicy`) === '"Always"',
  }));
}

function textListOf(value: string | typeof unknownLeaf | undefined): string[] {
  const list: unknown = typeof value === "string" ? JSON.parse(value) : undefined;
  return Array.isArray(list) ? list.map(String) : [];
}
