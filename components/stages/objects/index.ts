// What an InitPod keeps in the cluster beside its Pod and its Service.
export { generateSecrets, generationProblems } from "./generated";
export { ObjectNames } from "./names";
export { makeObjects } from "./objects";
