// What the verbs found, for people.
export { LogText } from "./logText";
export { forwardText, stopText } from "./outcomeText";
export { paintFor } from "./paint";
export { statusText } from "./statusText";
