import { isServing, type Pod } from "../../cluster/pods";
import { annotation, ownPrefix } from "../../contract";
import type { PodOptions } from "../../pulumi";
import type { Change, DeletedFirst, Meanwhile, OfPod, Reason, Step } from "../../spec/changes";
import type { AppliedOutcome } from "../applied";
import type { Answer } from "./answer";

/** What is known of a Pod once the engine has answered. */
export interface PodFacts extends AppliedOutcome {
  /** Whether the InitPod was made just now. */
  isNew: boolean;
  /** Its live Pods before this run; undefined where a preview may not read them. */
  earlier: readonly Pod[] | undefined;
  newest: Pod | undefined;
  /** Why the Pod is made anew although nothing that was applied has changed. */
  retry: Reason | undefined;
  answer: Answer;
  /** Why a Pod of its name goes before its successor comes; undefined where it doesn't. */
  deletedFirst: DeletedFirst | undefined;
  options: PodOptions;
  isProtected: boolean;
  /** Of this package. */
  version: string;
}

/** What becomes of a Pod. The engine's answer says whether it is made anew, and the facts say why. */
export function ofPod(facts: PodFacts): OfPod {
  const { isNew, answer, changes } = facts;
  if (answer.isMade) return isNew ? { kind: "first", steps: stepsOf(facts) } : anew(facts);
  if (isNew || changes === undefined || !isTaken(facts)) return { kind: "same" };
  const { spec, metadata, unknown } = changes;
  if (unknown.length > 0 && spec.length === 0) return { kind: "mayStay", unknown, changes: metadata };
  return metadata.length === 0 ? { kind: "same" } : { kind: "inPlace", changes: metadata };
}

function anew(facts: PodFacts): OfPod {
  const { changes, options, isProtected, version } = facts;
  const metadata = (changes?.metadata ?? []).filter(({ path }) => !path.startsWith(`annotations.${ownPrefix}`));
  const own = facts.earlier === undefined ? undefined : reasonsOf(facts);
  const isReason = own?.length === 0 && metadata.length > 0 && (options.replaceOnChanges ?? []).length > 0;
  const reasons: Reason[] | undefined = isReason ? [{ kind: "metadata", changes: metadata }] : own;
  const was = changes?.madeBy;
  const isOwnChange = (changes?.spec.length ?? 0) > 0;
  return {
    kind: "anew",
    reasons,
    besides: isReason ? [] : metadata,
    steps: stepsOf(facts),
    meanwhile: reasons && meanwhileOf(facts, reasons),
    isProtected,
    versions: isOwnChange && was !== undefined && was !== version ? { was, is: version } : undefined,
    isMixed: isOwnChange && changes?.isMixed === true,
  };
}

function stepsOf({ steps, earlier = [] }: PodFacts): Step[] {
  const known = earlier.flatMap(({ spec }) => (spec?.initContainers ?? []).map(({ name }) => name));
  return steps.map((step) => ({ ...step, isNew: earlier.length > 0 && !known.includes(step.name) }));
}

function reasonsOf({ retry, changes, newest, answer }: PodFacts): Reason[] {
  const from = newest?.metadata.namespace;
  const to = answer.metadata?.namespace;
  const known: (Reason | undefined)[] = [
    retry,
    from !== undefined && typeof to === "string" && from !== to ? { kind: "moves", from, to } : undefined,
    (changes?.spec.length ?? 0) > 0 ? { kind: "spec", changes: changes?.spec ?? [] } : undefined,
  ];
  const reasons = known.filter((reason) => reason !== undefined);
  if (reasons.length > 0 || changes === undefined) return reasons;
  if (changes.isEdited) return [{ kind: "editedByOthers" }];
  const unknown = changes.unknown.map((path): Change => ({ path, how: "unknown" }));
  return unknown.length === 0 ? [] : [{ kind: "spec", changes: unknown }];
}

/** Nothing is said of a Pod that goes for a reason that is not known here, such as that of what it depends on. */
function meanwhileOf({ earlier, deletedFirst }: PodFacts, reasons: readonly Reason[]): Meanwhile | undefined {
  if (earlier === undefined || earlier.length === 0 || reasons.some(({ kind }) => kind === "moves")) return undefined;
  if (!earlier.some(isServing)) return { kind: "nothingServes" };
  if (deletedFirst !== undefined) return { kind: "deletedFirst", why: deletedFirst };
  return reasons.length === 0 ? undefined : { kind: "oldServes" };
}

/** Whether the engine takes what the program wants: with `--target` of something else, it keeps what it has. */
function isTaken({ record, answer }: PodFacts): boolean {
  const annotations = answer.metadata?.annotations;
  // A preview may not know all of it.
  if (typeof annotations !== "object" || annotations === null) return true;
  const answered = (annotations as Record<string, unknown>)[annotation.applied];
  return typeof answered !== "string" || answered === record;
}
