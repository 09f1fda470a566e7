export { appGrants, type Grant, leak } from "./isolation";
export { problemsOf } from "./problemsOf";
