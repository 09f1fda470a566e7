import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parsePreview, type PreviewSummary, summaryOf } from "../../../../components/cli/preview";

const folder = join(import.meta.dirname, "../../../fixtures/previews");

/** Names of the previews that real runs have made. */
export const fixtureNames = readdirSync(folder).map((file) => file.replace(/\.json$/, ""));

export function fixture(name: string): string {
  return readFileSync(join(folder, `${name}.json`), "utf8");
}

/** What a text of a preview is taken for. */
export function summarized(text: string): PreviewSummary {
  return summaryOf(parsePreview(text, "It"));
}

export const podUrn = "urn:pulumi:dev::shop::init-pod:index:InitPod$kubernetes:core/v1:Pod::web";
export const initPodUrn = "urn:pulumi:dev::shop::init-pod:index:InitPod::web";

/** A step of a preview, of the Pod of an InitPod where nothing else is said. */
export function stepOf(op: string, states: { urn?: string; parent?: string; before?: unknown; after?: unknown } = {}) {
  const { urn = podUrn, parent = initPodUrn, before, after } = states;
  const state = (inputs: unknown) => ({ urn, parent, inputs });
  return {
    op,
    urn,
    ...(before === undefined ? {} : { oldState: state(before) }),
    ...(after === undefined ? {} : { newState: state(after) }),
    detailedDiff: null,
  };
}

/** The text of a preview of these steps. */
export function previewOf(steps: readonly unknown[], diagnostics: readonly unknown[] = []): string {
  return JSON.stringify({ steps, diagnostics, changeSummary: {} });
}
