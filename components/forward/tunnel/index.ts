// Connections to a port of a Pod, through the API server.
export { DialError } from "./errors";
export type { PodConnection, PodEnd } from "./podConnection";
export { type Dial, PodDialer } from "./podDialer";
export type { PodPort } from "./sessionPool";
