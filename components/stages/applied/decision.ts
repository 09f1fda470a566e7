import type { Pod } from "../../cluster/pods";
import { annotation } from "../../contract";
import {
  type Applied,
  type Difference,
  differenceFrom,
  holds,
  isDifferent,
  type Leaves,
  leavesOf,
  parseRecord,
  type Recorded,
  recordOf,
  withMetadata,
} from "../../spec/applied";
import { counted } from "./metadata";

/** What is to be done about the spec of a Pod. */
export interface Decision {
  /** For the Pod's annotation. */
  record: string;
  /** Whether it is the spec that was applied, so that whatever the Pod has beside it came from the cluster. */
  isApplied: boolean;
  /** Undefined where nothing is known to compare with. */
  compared?: Compared;
}

/** What a Pod was made of, and how what is wanted differs. */
export interface Compared {
  applied: Applied;
  spec: Difference;
  /** Undefined where they were not recorded. */
  metadata: Difference | undefined;
  /** Whether somebody has changed the Pod since. */
  isEdited: boolean;
}

/**
 * Compares what is wanted with what `newest`, the newest live Pod, was made of. What admission has made of
 * that, such as a container put in front, is no change of ours. What somebody has changed in the Pod afterwards is left to
 * the provider, which sees it after a refresh.
 */
export function decide(wanted: Recorded, newest: Pod | undefined, key: string, version: string): Decision {
  const text = newest?.metadata.annotations?.[annotation.applied];
  const applied = parseRecord(text);
  if (applied === undefined || text === undefined) return { record: recordOf(wanted, key, version), isApplied: false };
  const spec = differenceFrom(applied.hashes, wanted.spec, key);
  const metadata = applied.metadata && differenceFrom(applied.metadata, wanted.metadata, key);
  const isEdited = wasChangedLater(newest, wanted.spec);
  const compared = { applied, spec, metadata, isEdited };
  if (isDifferent(spec)) {
    return { record: recordOf(wanted, key, version), isApplied: false, compared };
  }
  // A record of an earlier version stays as it is until something changes: it alone is no reason for an update.
  const isSame = metadata === undefined ? !isNews(wanted.metadata, newest) : !isDifferent(metadata);
  return {
    record: isSame ? text : withMetadata(text, wanted, key),
    isApplied: !isEdited,
    compared,
  };
}

/** Whether a label or annotation is wanted that the live Pod has not. */
function isNews(wanted: Leaves, pod: Pod | undefined): boolean {
  return !holds(leavesOf(counted(pod?.metadata)), wanted);
}

/** Kubernetes counts the changes of a Pod's spec; what admission does at its creation is none. */
function wasChangedLater(pod: Pod | undefined, applied: Leaves): boolean {
  return (pod?.metadata.generation ?? 1) > 1 && !holds(leavesOf(pod?.spec), applied);
}
