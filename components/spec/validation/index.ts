export { appGrants, type Grant, leakProblem } from "./isolation";
export { problemsOf } from "./problemsOf";
