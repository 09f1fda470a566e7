import { isIP, type Socket } from "node:net";
import { connect, type ConnectionOptions } from "node:tls";

/**
 * Makes the TLS connections of one link to an API server. Each takes up the session of an earlier one, which spares both
 * sides the certificates: the larger part of what a new connection costs.
 */
export class TlsSessions {
  #session: Buffer | undefined;

  /** As the `createConnection` of a request. */
  readonly connect = (options: ConnectionOptions): Socket => {
    const { host = "", servername } = options;
    const socket = connect({
      ...options,
      session: this.#session,
      // The options of a request carry its path, which would be taken for a Unix socket's.
      path: undefined,
      servername: servername ?? (isIP(host) ? "" : host),
    });
    socket.on("session", (session) => (this.#session = session));
    // A server that takes the session no longer falls back to a whole handshake; any other failure may be its fault.
    socket.once("error", () => (this.#session = undefined));
    return socket;
  };
}
