export { dialSpdy } from "./dial";
export { DialError } from "./errors";
export type { PodConnection, PodEnd } from "./podConnection";
export { type PodPort, SessionPool } from "./sessionPool";
export { TlsSessions } from "./tlsSessions";
export { dialWebSocket } from "./webSocketConnection";
