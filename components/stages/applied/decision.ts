import type { Pod } from "../../cluster/pods";
import { annotation } from "../../contract";
import {
  type Difference,
  differenceFrom,
  holds,
  isOrder,
  type Leaves,
  leavesOf,
  parseRecord,
  recordOf,
} from "../../spec/applied";

/** What is to be done about the spec of a Pod. */
export interface Decision {
  /** For the Pod's annotation. */
  record: string;
  /** Whether it is the spec that was applied, so that whatever the Pod has beside it came from the cluster. */
  isApplied: boolean;
  /** Undefined where nothing is known to compare with. */
  difference?: Difference & { version: string };
  /** Whether the cluster has put items into lists of ours, which the provider shows among the real changes. */
  isMixed?: boolean;
}

/**
 * Compares the spec that is wanted with the one that `newest`, the newest live Pod, was made of. What admission has made of
 * that, such as a container put in front, is no change of ours. What somebody has changed in the Pod afterwards is left to
 * the provider, which sees it after a refresh.
 */
export function decide(wanted: Leaves, newest: Pod | undefined, key: string, version: string): Decision {
  const text = newest?.metadata.annotations?.[annotation.applied];
  const applied = parseRecord(text);
  if (applied === undefined || text === undefined) return { record: recordOf(wanted, key, version), isApplied: false };
  const difference = { ...differenceFrom(applied, wanted, key), version: applied.version };
  if (difference.changed.length > 0 || difference.hasGone) {
    return { record: recordOf(wanted, key, version), isApplied: false, difference, isMixed: isMixed(newest, wanted) };
  }
  return { record: text, isApplied: !wasChangedLater(newest, wanted), difference };
}

/** Kubernetes counts the changes of a Pod's spec; what admission does at its creation is none. */
function wasChangedLater(pod: Pod | undefined, applied: Leaves): boolean {
  return (pod?.metadata.generation ?? 1) > 1 && !holds(leavesOf(pod?.spec), applied);
}

function isMixed(pod: Pod | undefined, wanted: Leaves): boolean {
  const actual = leavesOf(pod?.spec);
  return [...wanted].some(([path, value]) => isOrder(path) && actual.has(path) && actual.get(path) !== value);
}

/**
 * What the provider's own words can't tell of a decision: that a change may be one of our defaults, or that a value, known
 * in `up` alone, may turn out to be one.
 */
export function noticeOf({ difference, isApplied, isMixed }: Decision, version: string): string | undefined {
  if (difference === undefined) return undefined;
  const { changed, hasGone, unknown } = difference;
  if (isApplied && unknown.length > 0) {
    return `The Pod stays as it is, unless what is known only in \`up\` turns out to be another value: ${listed(unknown)}.`;
  }
  const what = [...changed, ...(hasGone ? ["fields that are gone"] : [])];
  if (isApplied || what.length === 0) return undefined;
  if (difference.version === version) {
    return isMixed === true
      ? `The program changes of the Pod: ${listed(what)}. All else is of the cluster.`
      : undefined;
  }
  return (
    `The Pod was made by init-pod ${difference.version}, and this is ${version}, whose defaults may be others. ` +
    `What differs: ${listed(what)}.`
  );
}

const mostListed = 5;

function listed(paths: readonly string[]): string {
  const more = paths.length - mostListed;
  return `${paths.slice(0, mostListed).join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}
