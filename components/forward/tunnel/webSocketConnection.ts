import type { Socket } from "node:net";
import WebSocket from "ws";
import type { AuthorizedOptions } from "../../cluster/api";
import { peerAnswers } from "../sockets";
import { type DialTarget, dialTimeoutMs, portForwardUrl, refusal } from "./dial";
import { DialError } from "./errors";
import { Heartbeat, surelyTaken } from "./heartbeat";
import type { PodConnection, PodEnd, PodEvents } from "./podConnection";

/** For the other side's part of a close. Spread, as the types of ws don't know it yet. */
const closing = { closeTimeout: 2_000 };
/** More than the API server puts into one frame (32 KiB), and a bound for what a broken one could make us keep. */
const largestFrame = 4 * 1024 * 1024;
/** Bytes under way to the API server at which the local reader stops, and at which it goes on. */
const highWater = 1024 * 1024;
const lowWater = 256 * 1024;
/** Of each channel the first bytes are the port's number. */
const portBytes = 2;
/** How long the node may take to close the connection after it said that it can't go on. */
const refusedMs = 500;
const dataChannel = 0;
const errorChannel = 1;

/**
 * Opens a connection to a port of a Pod in a WebSocket of its own, for API servers behind a proxy that knows no other
 * upgrade. It has no half-close, and makes each client wait for handshakes.
 * @throws {DialError} where it is refused, or nothing answers in time.
 */
export async function dialWebSocket(
  server: string,
  target: DialTarget & { port: number },
  authorized: AuthorizedOptions,
): Promise<WebSocketConnection> {
  const url = portForwardUrl(server, target);
  url.searchParams.set("ports", String(target.port));
  const socket = new WebSocket(url, ["v4.channel.k8s.io"], {
    ...authorized,
    ...closing,
    perMessageDeflate: false,
    skipUTF8Validation: true,
    handshakeTimeout: dialTimeoutMs,
    maxPayload: largestFrame,
  });
  return await new Promise((resolve, reject) => {
    socket.on("error", (error) => reject(new DialError(error.message)));
    socket.once("unexpected-response", (_request, response) => {
      void refusal(response).then((error) => {
        reject(error);
        socket.terminate();
      });
    });
    let connection: Partial<Socket> = {};
    socket.once("upgrade", (response) => (connection = response.socket));
    socket.once("open", () => {
      // So that nothing is lost before a reader is attached.
      socket.pause();
      resolve(new WebSocketConnection(socket, connection));
    });
  });
}

/** A connection that has a WebSocket for itself. */
export class WebSocketConnection implements PodConnection {
  /** Bytes of the port's number that are still to come, by channel. */
  readonly #portLeft = [portBytes, portBytes];
  readonly #heartbeat: Heartbeat;
  #events: PodEvents | undefined;
  #sent = 0;
  /** Bytes that were sent since the app last said something. */
  #unanswered = 0;
  #message: string | undefined;
  #refusedTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: WebSocket,
    /** What it runs on. */
    connection: Partial<Socket>,
  ) {
    this.#heartbeat = new Heartbeat({
      ping: () => socket.readyState === socket.OPEN && socket.ping(),
      isDeaf: () => socket.isPaused,
      flushed: () => (socket.bufferedAmount > 0 ? this.#sent - socket.bufferedAmount : undefined),
      mayWaitForApp: () => this.#unanswered > surelyTaken,
      peerAnswers: async () => await peerAnswers(connection),
      dead: () => socket.terminate(),
    });
    socket.on("message", (data) => this.#received(data as Buffer));
    socket.on("pong", () => this.#heartbeat.heard());
    socket.on("error", () => undefined);
    socket.once("close", (code) => this.#closed(code));
  }

  attach(events: PodEvents): void {
    this.#events = events;
    if (this.socket.readyState === this.socket.CLOSED) this.#closed(1006);
    else this.socket.resume();
  }

  write(chunk: Buffer): boolean {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return true;
    const message = Buffer.allocUnsafe(chunk.length + 1);
    message[0] = dataChannel;
    chunk.copy(message, 1);
    this.#sent += chunk.length;
    this.#unanswered += chunk.length;
    socket.send(message, () => {
      if (socket.bufferedAmount < lowWater) this.#events?.drained();
    });
    return socket.bufferedAmount <= highWater;
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  end(): void {
    this.socket.close();
  }

  abandon(): void {
    this.#events = undefined;
    this.socket.close();
    this.socket.resume();
  }

  /** Ends it at once, as what it leads to is gone. */
  cut(): void {
    this.socket.terminate();
  }

  /** Tells once when the WebSocket is closed. */
  whenClosed(told: () => void): void {
    if (this.socket.readyState === this.socket.CLOSED) told();
    else this.socket.once("close", told);
  }

  yield(): void {
    // Its WebSocket ends with it.
  }

  #received(message: Buffer): void {
    this.#heartbeat.heard();
    const channel = message[0];
    if (channel !== dataChannel && channel !== errorChannel) return;
    const skipped = Math.min(this.#portLeft[channel] ?? 0, message.length - 1);
    this.#portLeft[channel] = (this.#portLeft[channel] ?? 0) - skipped;
    // A proxy may put what follows into the same message.
    const content = message.subarray(1 + skipped);
    if (content.length === 0) return;
    this.#unanswered = 0;
    if (channel === dataChannel) this.#events?.data(content);
    else this.#refused(content.toString("utf8").trim());
  }

  #refused(text: string): void {
    if (text !== "") this.#message ??= text;
    // The node closes by itself; one that does not must not keep the client waiting.
    if (this.#message !== undefined) this.#refusedTimer ??= setTimeout(() => this.socket.terminate(), refusedMs);
  }

  #closed(code: number): void {
    this.#heartbeat.stop();
    clearTimeout(this.#refusedTimer);
    const end: PodEnd =
      this.#message !== undefined
        ? { kind: "refused", message: this.#message }
        : { kind: code === 1006 ? "lost" : "closed" };
    this.#events?.ended(end);
    this.#events = undefined;
  }
}
