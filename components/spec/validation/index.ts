// All that is wrong with the arguments, in one list. Pure.
export { appGrants, type Grant, leakProblem, mountedKeys } from "./isolation";
export { limitWarning } from "./limits";
export { nameProblems } from "./metadata";
export { problemsOf } from "./problemsOf";
