// What a container is told: variables, headers, certificates, and the way of values to it.
export { type Connection, connectionEnvironment, connectionProblems, connectionVolumes } from "./connection";
export { environment, secretEnvironment } from "./environment";
export { type EnvVar, secretVariable } from "./envVar";
export { escapeExpansion } from "./escapeExpansion";
export { headerEnvironment, headerProblems, type Headers, headerSecrets } from "./headers";
export type { Leaves, Texts } from "./leaves";
