import type { ForwardProtocol } from "./protocols";

/** Only this machine can connect, and `localhost` would leave open which of its two addresses is meant. */
export const listenAddress = "127.0.0.1";

/** The URL on this machine that leads to a Pod. */
export function urlOnThisMachine(protocol: ForwardProtocol, localPort: number): string {
  return `${protocol}://${listenAddress}:${localPort}`;
}
