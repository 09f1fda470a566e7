export { dialSpdy } from "./dial";
export { DialError } from "./errors";
export type { PodConnection, PodEnd } from "./podConnection";
export { type PodPort, SessionPool } from "./sessionPool";
export { dialWebSocket } from "./webSocketConnection";
