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

/** What a spec was when it was applied. */
export interface Applied {
  /** Version of this package that applied it. */
  version: string;
  /** Hash of each leaf's value by hash of its path; of all of them, by "", where there are too many. */
  hashes: ReadonlyMap<string, string>;
}

/** How a spec differs from the one that was applied. */
export interface Difference {
  /** Leaves that are there now and were not, or have another value. */
  changed: string[];
  /** Whether leaves that were there are gone. */
  hasGone: boolean;
  /** Leaves of which it is not known whether they differ. */
  unknown: string[];
}

/**
 * What was applied, as an annotation has it: form, version and keyed hashes. Without the key nothing can be learned from
 * it, not even whether a short secret has been guessed. Leaves that aren't known are left out.
 */
export function recordOf(leaves: Leaves, key: string, version: string): string {
  const hashes = [...hashesOf(leaves, key)].map(([path, value]) => path + value);
  return `${form} ${version} ${Buffer.from(hashes.join(""), "hex").toString("base64")}`;
}

/** Undefined where `text` is none that can be compared. */
export function parseRecord(text: string | undefined): Applied | undefined {
  const [writtenForm, version = "", encoded = ""] = text?.split(" ") ?? [];
  const bytes = Buffer.from(encoded, "base64");
  if (writtenForm !== form || bytes.length === 0 || bytes.length % entryBytes !== 0) {
    const isWhole = writtenForm === form && bytes.length === valueBytes;
    return isWhole ? { version, hashes: new Map([["", bytes.toString("hex")]]) } : undefined;
  }
  const hashes = new Map<string, string>();
  for (let at = 0; at < bytes.length; at += entryBytes) {
    const split = at + pathBytes;
    hashes.set(bytes.toString("hex", at, split), bytes.toString("hex", split, at + entryBytes));
  }
  return { version, hashes };
}

/** What differs between the leaves that are wanted and those that were applied; undefined where nothing is known to. */
export function differenceFrom({ hashes }: Applied, leaves: Leaves, key: string): Difference {
  const unknown = [...leaves].flatMap(([path, value]) => (value === unknownLeaf ? path : []));
  const isWhole = hashes.has("");
  const wanted = hashesOf(leaves, key);
  if (isWhole || wanted.has("")) {
    const same = hashes.get("") === wanted.get("");
    return { changed: [], hasGone: unknown.length === 0 && !same, unknown };
  }
  const changed = [...leaves].flatMap(([path, value]) => {
    if (value === unknownLeaf) return [];
    const hashed = pathHash(path, key);
    return hashes.get(hashed) === wanted.get(hashed) ? [] : path;
  });
  const unknownHashes = unknown.map((path) => pathHash(path, key));
  const gone = [...hashes.keys()].filter((hashed) => !wanted.has(hashed) && !unknownHashes.includes(hashed));
  // What is not known may stand for many leaves, such as a whole list.
  const mayHold = unknownHashes.some((hashed) => !hashes.has(hashed));
  return { changed, hasGone: gone.length > 0 && !mayHold, unknown };
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
