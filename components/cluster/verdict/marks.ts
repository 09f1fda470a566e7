import { type Labels, lostMark, lostMarkText } from "../../contract";
import type { Pod } from "../pods";
import type { FailedVerdict } from "./types";

/**
 * The verdict on a Pod whose marks somebody took away: it may well run, but neither Service nor URL leads to it.
 * `selector`: what it is found by, where that is known.
 */
export function markVerdict({ metadata }: Pod, selector?: Labels): FailedVerdict | undefined {
  const lost = lostMark(metadata, selector);
  if (lost === undefined) return undefined;
  const reason = lost.kind === "label" ? "LabelMissing" : "AnnotationMissing";
  return { kind: "failed", reason, message: lostMarkText(lost) };
}
