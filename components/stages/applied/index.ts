// What the Pod was made of, next to what admission has added to it.
export { type AppliedOutcome, AppliedSpec, type Earlier } from "./appliedSpec";
export { plainOf } from "./plain";
export { warnOfUnknownFields } from "./unknownFields";
