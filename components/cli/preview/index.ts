// What `pulumi preview --json` says, and what that means for InitPods: data, without words of layout.
export { type Action, type Change, type Field } from "./changes";
export { parsePreview, PreviewError, tooDeep } from "./parse";
export { type InitPodChange, type PreviewSummary, summaryOf } from "./summary";
