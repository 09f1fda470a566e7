export { type ConnectionHost, type ConnectionTarget, serveConnection } from "./connection";
export { explainDial, type Failure } from "./failure";
export { HalfOpenConnections } from "./halfOpen";
export type { RelayEvents } from "./relay";
export type { Situation } from "./situation";
