// What the verbs found, for people.
export { forwardText, stopText } from "./outcomeText";
export { paintFor } from "./paint";
export { statusText } from "./statusText";
