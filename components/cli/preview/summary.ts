import { type Action, type Change, changesOf, partsOf } from "./changes";
import type { Preview } from "./parse";
import { reasonsOf } from "./reasons";
import { toldOf } from "./told";
import { grouped, isRecord, textOf, valueAt } from "./values";

/** What happens to an InitPod. */
export interface InitPodChange {
  name: string;
  urn: string;
  /** To its Pod; `keep` where that stays as it is, and something beside it changes. */
  action: Action | "keep";
  /** Why, each a sentence or an end of one. */
  why: string[];
  /** Init steps that run, in order; undefined where the preview does not tell. */
  steps?: string[];
  /** Whether the old Pod goes before the new one starts; undefined where the preview has no replacement steps. */
  downtime?: boolean;
}

/** All that a preview says. */
export interface PreviewSummary {
  /** As `PROJECT/STACK`, where the preview tells it. */
  stack?: string;
  /** Whether it failed; what it says may not be all then. */
  failed: boolean;
  errors: string[];
  warnings: string[];
  initPods: InitPodChange[];
  /** How many resources of no InitPod each action is for. */
  others: Partial<Record<Action, number>>;
  /** Each resource that does not stay as it is. */
  changes: Pick<Change, "urn" | "type" | "name" | "action" | "fields">[];
}

const initPodType = "init-pod:index:InitPod";
const podType = "kubernetes:core/v1:Pod";
const stackType = "pulumi:pulumi:Stack";

/** What a preview means for InitPods, and what else it does. */
export function summaryOf(preview: Preview): PreviewSummary {
  const changes = changesOf(preview).filter(({ type }) => type !== stackType);
  const ours = grouped(changes, initPodOf);
  const others = ours.get("") ?? [];
  ours.delete("");
  const errors = messagesOf(preview, "error");
  return {
    stack: preview.stack,
    failed: errors.length > 0,
    errors: errors.length > 1 ? errors.filter((text) => !isEmptyWord(text)) : errors,
    warnings: messagesOf(preview, "warning"),
    initPods: [...ours].map(([urn, own]) => initPodChange(urn, own, preview)),
    others: countsOf(others),
    changes: changes.map(({ urn, type, name, action, fields }) => ({ urn, type, name, action, fields })),
  };
}

/** URN of the InitPod that a resource is, or is a part of; `""` for others. */
function initPodOf({ urn, type, parent }: Change): string {
  if (type === initPodType) return urn;
  return partsOf(parent).type === initPodType ? parent : "";
}

function initPodChange(urn: string, own: readonly Change[], preview: Preview): InitPodChange {
  const pod = own.find(({ type, isLeftOver }) => type === podType && !isLeftOver);
  const component = own.find(({ type }) => type === initPodType);
  const action = pod?.action ?? component?.action ?? "keep";
  const steps = pod !== undefined && runsSteps(action) ? stepsOf(pod) : [];
  const { name } = partsOf(urn);
  const downtime = action === "replace" ? pod?.deletedFirst : false;
  const { words, notices } = toldOf(preview.diagnostics, { urn, name, pod: pod?.urn, steps, downtime });
  return {
    name,
    urn,
    action,
    why: words === undefined ? [...notices, ...reasonsOf(own, pod, notices.length > 0)] : [words],
    ...(steps === undefined ? {} : { steps }),
    ...(downtime === undefined ? {} : { downtime }),
  };
}

function runsSteps(action: InitPodChange["action"]): boolean {
  return action === "create" || action === "replace";
}

/** A new Pod runs all of its steps. */
function stepsOf({ after }: Change): string[] | undefined {
  const containers = valueAt(after?.inputs, "spec.initContainers");
  if (containers === undefined) return [];
  if (!Array.isArray(containers)) return undefined;
  return containers.map((container) => (isRecord(container) ? textOf(container.name) : "") || "?");
}

function messagesOf({ diagnostics }: Preview, severity: string): string[] {
  return [...new Set(diagnostics.filter((one) => one.severity === severity).map(({ message }) => message))];
}

/** The engine's word that there was an error, after the error. */
function isEmptyWord(text: string): boolean {
  return /^(preview|update) failed$/.test(text);
}

function countsOf(changes: readonly Change[]): PreviewSummary["others"] {
  const counts: PreviewSummary["others"] = {};
  for (const { action } of changes) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}
