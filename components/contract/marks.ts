import { annotation } from "./annotations";
import { idLabel, type Labels } from "./labels";

/** Labels and annotations of an object. */
export interface Marked {
  labels?: Labels;
  annotations?: Record<string, string>;
}

/** What a Pod must bear so that it is found, and not made anew by each `up`: taken away from it, nothing works for long. */
export interface LostMark {
  kind: "label" | "annotation";
  key: string;
  wanted?: string;
  found?: string;
}

/** Whether an object is a Pod that an InitPod has made, whatever became of its labels. */
export function isMade({ annotations = {} }: Marked): boolean {
  return annotations[annotation.retry] !== undefined;
}

/**
 * The first of an InitPod's marks that its Pod does not bear (any more), as others may change it. Who does not know by which
 * labels it is found can only tell whether it is by any.
 */
export function lostMark({ labels = {}, annotations = {} }: Marked, selector?: Labels): LostMark | undefined {
  if (selector === undefined) return labels[idLabel] === undefined ? { kind: "label", key: idLabel } : undefined;
  return (
    lostLabel(labels, selector) ?? (isMade({ annotations }) ? undefined : { kind: "annotation", key: annotation.retry })
  );
}

/** The first label of `selector` that is not among `labels`. */
export function lostLabel(labels: Labels, selector: Labels): LostMark | undefined {
  const [lost] = Object.entries(selector).filter(([key, value]) => labels[key] !== value);
  return lost && { kind: "label", key: lost[0], wanted: lost[1], found: labels[lost[0]] };
}

/** Which mark is lost and what that means, as an end of the sentence "The Pod failed: …". */
export function lostMarkText({ kind, key, wanted, found }: LostMark): string {
  const what =
    found === undefined
      ? `its ${kind} ${key}${wanted === undefined ? "" : `=${wanted}`} is missing`
      : `its ${kind} ${key} is "${found}" instead of "${wanted}"`;
  const effect = kind === "label" ? "nothing finds it" : "the next `pulumi up` would make it anew";
  return `${what}, so that ${effect}`;
}
