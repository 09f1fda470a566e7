// What the Pod was made of, next to what admission has added to it.
export { AppliedSpec, type Earlier } from "./appliedSpec";
export type { PodChanges } from "./changes";
export { plainOf } from "./plain";
export { warnOfUnknownFields } from "./unknownFields";
