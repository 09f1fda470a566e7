// What the verbs found, for people.
export { forwardText, stopText } from "./outcomeText";
export { paintFor } from "./paint";
export { previewMarkdown } from "./previewMarkdown";
export { statusText } from "./statusText";
