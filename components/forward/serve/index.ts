// One client's connection, from its first byte to the Pod's last, or to a 503 of our own.
export { type ConnectionHost, type ConnectionTarget, serveConnection } from "./connection";
export { Departures } from "./departures";
export { explainDial, type Failure } from "./failure";
export { HalfOpenConnections } from "./halfOpen";
export type { RelayEvents } from "./relay";
export type { Situation } from "./situation";
