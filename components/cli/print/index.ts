// What the verbs found, for people.
export { LogText } from "./logText";
export { forwardText, stopText } from "./outcomeText";
export { paintFor } from "./paint";
export { previewMarkdown } from "./previewMarkdown";
export { statusText } from "./statusText";
