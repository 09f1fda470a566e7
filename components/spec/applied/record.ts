import { createHmac } from "node:crypto";
import { isOrder, type Leaves, unknownLeaf } from "./leaves";

/** Of what is hashed and how. A record of another form can't be compared. */
const form = "1";

/** In bytes; together they tell a changed leaf with certainty enough, and say nothing without the key. */
const pathBytes = 4;
const valueBytes = 5;
const entryBytes = pathBytes + valueBytes;

/** All annotations of an object together may have 256 KiB. Above this, there is one hash for all leaves. */
const mostEntries = 4_000;

/** What an object was when it was applied. */
export interface Applied {
  /** Version of this package that applied it. */
  version: string;
  /** Of the spec. */
  hashes: Hashes;
  /** Of labels and annotations; undefined where they were not recorded. */
  metadata?: Hashes;
  /** Hashes of the paths that were secret. Undefined where it was not recorded which are. */
  hidden?: ReadonlySet<string>;
}

/** Hash of each leaf's value by hash of its path; of all of them, by "", where there are too many. */
type Hashes = ReadonlyMap<string, string>;

/** How leaves differ from those that were applied. */
export interface Difference {
  /** Leaves that are there now and were not, or have another value. */
  changed: string[];
  /** Those of them that were not there. */
  added: string[];
  /** Whether leaves that were there are gone. */
  hasGone: boolean;
  /** Leaves of which it is not known whether they differ. */
  unknown: string[];
}

/** Whether something is known to differ. */
export function isDifferent({ changed, hasGone }: Difference): boolean {
  return changed.length > 0 || hasGone;
}

/** What is recorded. */
export interface Recorded {
  spec: Leaves;
  /** Labels and annotations. */
  metadata: Leaves;
  /** Paths of either that are secret. */
  hidden: ReadonlySet<string>;
}

/**
 * What was applied, as an annotation has it: form, version, keyed hashes of the spec, of the metadata, and of the paths that
 * are secret. Without the key nothing can be learned from it, not even whether a short secret has been guessed. Leaves that
 * aren't known are left out.
 */
export function recordOf({ spec, metadata, hidden }: Recorded, key: string, version: string): string {
  return [form, version, encoded(hashesOf(spec, key)), ...recordedBeside({ metadata, hidden }, key)].join(" ");
}

/** `record` with other metadata: of the spec it says what it said. */
export function withMetadata(record: string, beside: Omit<Recorded, "spec">, key: string): string {
  return [...record.split(" ").slice(0, 3), ...recordedBeside(beside, key)].join(" ");
}

function recordedBeside({ metadata, hidden }: Omit<Recorded, "spec">, key: string): string[] {
  const paths = [...hidden].map((path) => pathHash(path, key)).sort();
  return [encoded(hashesOf(metadata, key)), ...(paths.length === 0 ? [] : [base64(paths.join(""))])];
}

function encoded(hashes: Hashes): string {
  return base64([...hashes].map(([path, value]) => path + value).join(""));
}

function base64(hex: string): string {
  return Buffer.from(hex, "hex").toString("base64");
}

/** Undefined where `text` is none that can be compared. */
export function parseRecord(text: string | undefined): Applied | undefined {
  const [writtenForm, version = "", spec = "", metadata, hidden = ""] = text?.split(" ") ?? [];
  const hashes = writtenForm === form ? decoded(spec) : undefined;
  if (hashes === undefined) return undefined;
  if (metadata === undefined) return { version, hashes };
  return { version, hashes, metadata: decoded(metadata) ?? new Map(), hidden: new Set(pathsIn(hidden)) };
}

function decoded(text: string): Hashes | undefined {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length === valueBytes) return new Map([["", bytes.toString("hex")]]);
  if (bytes.length === 0 || bytes.length % entryBytes !== 0) return undefined;
  const hashes = new Map<string, string>();
  for (let at = 0; at < bytes.length; at += entryBytes) {
    const split = at + pathBytes;
    hashes.set(bytes.toString("hex", at, split), bytes.toString("hex", split, at + entryBytes));
  }
  return hashes;
}

function pathsIn(text: string): string[] {
  const bytes = Buffer.from(text, "base64");
  return Array.from({ length: bytes.length / pathBytes }, (_, at) =>
    bytes.toString("hex", at * pathBytes, (at + 1) * pathBytes),
  );
}

/** What differs between the leaves that are wanted and those that were applied. */
export function differenceFrom(hashes: Hashes, leaves: Leaves, key: string): Difference {
  const unknown = [...leaves].flatMap(([path, value]) => (value === unknownLeaf ? path : []));
  const isWhole = hashes.has("");
  const wanted = hashesOf(leaves, key);
  if (isWhole || wanted.has("")) {
    const same = hashes.get("") === wanted.get("");
    return { changed: [], added: [], hasGone: unknown.length === 0 && !same, unknown };
  }
  const changed: string[] = [];
  const added: string[] = [];
  for (const [path, value] of leaves) {
    const hashed = value === unknownLeaf ? undefined : pathHash(path, key);
    if (hashed === undefined || hashes.get(hashed) === wanted.get(hashed)) continue;
    changed.push(path);
    if (!hashes.has(hashed)) added.push(path);
  }
  const unknownHashes = unknown.map((path) => pathHash(path, key));
  const gone = [...hashes.keys()].filter((hashed) => !wanted.has(hashed) && !unknownHashes.includes(hashed));
  // What is not known may stand for many leaves, such as a whole list.
  const mayHold = unknownHashes.some((hashed) => !hashes.has(hashed));
  return { changed, added, hasGone: gone.length > 0 && !mayHold, unknown };
}

/** Those leaves of a live object that are as they were applied: what it has beside came from elsewhere. */
export function appliedLeaves(hashes: Hashes, live: Leaves, key: string): Leaves {
  const hashed = hashesOf(live, key);
  return new Map(
    [...live].filter(([path]) => {
      const at = pathHash(path, key);
      return hashes.has(at) && hashes.get(at) === hashed.get(at);
    }),
  );
}

/**
 * Whether somebody else has put items into a list that was applied: `live` has it in another order, or with more. `own` are
 * those of its leaves that are as they were applied.
 */
export function hasOthersItems(hashes: Hashes, live: Leaves, own: Leaves, key: string): boolean {
  return [...live.keys()].some((path) => isOrder(path) && !own.has(path) && hashes.has(pathHash(path, key)));
}

/** Whether a leaf was secret when it was applied, or may have been. */
export function wasHidden({ hidden }: Applied, path: string, key: string): boolean {
  return hidden === undefined || hidden.has(pathHash(path, key));
}

/** Whether an object still has all that was applied, next to what others may have added. */
export function holds(actual: Leaves, applied: Leaves): boolean {
  return [...applied].every(([path, value]) => isOrder(path) || value === unknownLeaf || actual.get(path) === value);
}

/** Hash of the value by hash of the path; one for all by "" where there are too many. */
function hashesOf(leaves: Leaves, key: string): Map<string, string> {
  const known = [...leaves].filter((leaf): leaf is [string, string] => leaf[1] !== unknownLeaf).sort(byPath);
  if (known.length > mostEntries) return new Map([["", hash(key, JSON.stringify(known), valueBytes)]]);
  return new Map(
    known.map(([path, value]) => [pathHash(path, key), hash(key, JSON.stringify([path, value]), valueBytes)]),
  );
}

function byPath([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : 1;
}

function pathHash(path: string, key: string): string {
  return hash(key, path, pathBytes);
}

function hash(key: string, text: string, bytes: number): string {
  return createHmac("sha256", key)
    .update(text)
    .digest("hex")
    .slice(0, 2 * bytes);
}
