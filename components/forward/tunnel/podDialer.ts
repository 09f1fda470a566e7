import https from "node:https";
import type { AuthorizedOptions } from "../../cluster/api";
import { dialSpdy } from "./dial";
import { DialGate } from "./dialGate";
import { DialError } from "./errors";
import type { PodConnection } from "./podConnection";
import { droppedStatus, type PodPort, SessionPool } from "./sessionPool";
import { dialWebSocket, type WebSocketConnection } from "./webSocketConnection";

/** A way to make a connection to an API server. */
export type Dial<T> = (server: string, options: AuthorizedOptions) => Promise<T>;

/** Runs a way to make a connection; once more, with renewed credentials, where that fails with a `DialError` of status 401. */
export type Authorized = <T>(dial: Dial<T>) => Promise<T>;

/** About the Pod, also as it was seen here, or the rights, or no answer at all: another kind of connection changes nothing. */
const lastingStatuses = new Set([undefined, 401, 403, 404, droppedStatus]);

/** Makes connections to Pods: over SPDY, and over WebSockets where something on the way lets no SPDY through. */
export class PodDialer {
  readonly #sessions = new SessionPool((target) =>
    this.#dial(
      (server, options) => dialSpdy(server, target, options),
      (socket) => socket.destroy(),
    ),
  );
  /**
   * Has each connection take up the TLS session of an earlier one with the same certificates, which is the larger part of
   * what it costs. It keeps no connection.
   */
  readonly #agent = new https.Agent();
  readonly #gate: DialGate;
  /** By the Pod's uid. */
  readonly #webSockets = new Map<string, Set<WebSocketConnection>>();
  #takesSpdy = true;

  constructor(
    private readonly authorized: Authorized,
    private readonly log: (line: string) => void,
    /** Told when the API server answers after it did not. */
    recovered?: () => void,
  ) {
    this.#gate = new DialGate(recovered);
  }

  /**
   * Opens a connection to a port of a Pod.
   * @throws {DialError} where none comes about.
   */
  async connect(pod: PodPort): Promise<PodConnection> {
    if (!this.#takesSpdy) return await this.#overWebSocket(pod);
    try {
      return await this.#sessions.connect(pod);
    } catch (error) {
      if (!(error instanceof DialError) || lastingStatuses.has(error.status)) throw error;
      const connection = await this.#overWebSocket(pod).catch(() => Promise.reject(error));
      this.log(`the way to the API server lets no SPDY through (${error.message}): using WebSockets`);
      this.#takesSpdy = false;
      return connection;
    }
  }

  /** Makes the next connection to a Pod a fast one. */
  prepare(pod: PodPort): void {
    if (this.#takesSpdy && this.#gate.isOpen) this.#sessions.prepare(pod);
  }

  /** Ends all connections with a Pod, and those on their way: they lead to what is gone. */
  drop(uid: string): void {
    this.#sessions.drop(uid);
    for (const connection of this.#webSockets.get(uid) ?? []) connection.cut();
  }

  /** Has connections end that broke without a word, as in a sleep of the machine. */
  check(): void {
    this.#sessions.check();
  }

  /** Has the next client dial at once, as the way to the API server may be another one by now. */
  renew(): void {
    this.#gate.open();
  }

  close(): void {
    this.#sessions.close();
  }

  async #overWebSocket(pod: PodPort): Promise<PodConnection> {
    const connection = await this.#dial(
      (server, options) => dialWebSocket(server, pod, options),
      (late) => late.abandon(),
    );
    const ofPod = this.#webSockets.get(pod.uid) ?? new Set();
    this.#webSockets.set(pod.uid, ofPod.add(connection));
    connection.whenClosed(() => {
      ofPod.delete(connection);
      if (ofPod.size === 0 && this.#webSockets.get(pod.uid) === ofPod) this.#webSockets.delete(pod.uid);
    });
    return connection;
  }

  async #dial<T>(dial: Dial<T>, discard: (late: T) => void): Promise<T> {
    const authorized = (): Promise<T> =>
      this.authorized((server, options) => {
        // A proxy has an agent of its own.
        const agent = options.agent ?? (server.startsWith("https:") ? this.#agent : undefined);
        return dial(server, { ...options, agent });
      });
    return await this.#gate.pass(authorized, discard);
  }
}
