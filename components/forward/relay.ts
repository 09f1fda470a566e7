import type { Socket } from "node:net";
import type WebSocket from "ws";
import type { RawData } from "ws";
import type { ClientInput } from "./clientInput";

/** Bytes under way to the API server at which the local reader stops, and at which it goes on. */
const highWater = 1024 * 1024;
const lowWater = 256 * 1024;
/**
 * After the client's last byte, how long the Pod may stay silent before the connection counts as over: until its answer
 * begins, and from then on. Many clients are gone by then, which their end alone does not show.
 */
const halfOpenMs = { unanswered: 30_000, answered: 10_000 } as const;
const pingIntervalMs = 20_000;

/** For how long a node that can't connect to the Pod's port may take to say so. */
const refusalMs = 250;
/** How long the node may take to close the connection after it said that it can't go on. */
const lostMs = 500;
/** After the last byte to the client, how long it may leave its own side open. */
const lingerMs = 5_000;

const dataChannel = 0;

/** How a tunnel ended. */
export type RelayEnd =
  /** Closed by either side. */
  | { kind: "done" }
  /** The Pod sent nothing, and the node said why it can't. The client's socket is still open. */
  | { kind: "refused"; message: string }
  /** The Pod went away with a request that may be made again. The client's socket is still open. */
  | { kind: "unanswered" };

/** What the relay reports while it runs. */
export interface RelayEvents {
  /** The Pod sent its first byte, or nothing speaks against it for 250 ms: some servers wait for the client. */
  reached?: (how: "answer" | "silence") => void;
  sent?: (bytes: number) => void;
  received?: (bytes: number) => void;
}

/**
 * Moves bytes between a local client and a port-forward WebSocket of the subprotocol `v4.channel.k8s.io`, each only as
 * fast as the other takes them. The client's socket stays open after a refusal, so that the caller can answer or retry.
 */
export async function relay(
  client: Socket,
  input: ClientInput,
  tunnel: WebSocket,
  events: RelayEvents = {},
  /** Whether bytes that the Pod left unanswered may go to another one. */
  isRepeatable: (start: Buffer) => boolean = () => false,
): Promise<RelayEnd> {
  return await new Promise((resolve) => {
    let answered = false;
    let refused: string | undefined;
    let pongDue = false;
    let halfOpen: NodeJS.Timeout | undefined;
    let lost: NodeJS.Timeout | undefined;
    let settled: NodeJS.Timeout | undefined;
    /** The first message of each channel is the port number. */
    const greeted = [false, false];

    const toPod = (chunk: Buffer): void => {
      if (tunnel.readyState !== tunnel.OPEN) return;
      const message = Buffer.allocUnsafe(chunk.length + 1);
      message[0] = dataChannel;
      chunk.copy(message, 1);
      tunnel.send(message, () => {
        if (tunnel.bufferedAmount < lowWater) input.resume();
      });
      if (tunnel.bufferedAmount > highWater) input.pause();
      events.sent?.(chunk.length);
    };

    const fromPod = (data: RawData): void => {
      const message = data as Buffer;
      const channel = message[0];
      if (channel !== 0 && channel !== 1) return;
      if (!greeted[channel]) {
        greeted[channel] = true;
        if (channel === dataChannel) settled = setTimeout(() => refused ?? events.reached?.("silence"), refusalMs);
        return;
      }
      if (channel === 1) {
        const text = message.toString("utf8", 1).trim();
        if (text !== "") refused ??= text;
        // The node closes by itself; one that does not must not keep the client waiting.
        if (refused !== undefined) lost ??= setTimeout(() => tunnel.terminate(), lostMs);
        return;
      }
      input.forget();
      if (!answered) {
        answered = true;
        events.reached?.("answer");
      }
      if (halfOpen !== undefined) waitHalfOpen(halfOpenMs.answered);
      events.received?.(message.length - 1);
      if (!client.write(message.subarray(1))) tunnel.pause();
    };
    const onDrain = (): void => tunnel.resume();

    // The protocol has no half-close, and containerd ends both directions 1 s after one has ended: so the client's end
    // is not passed on while the Pod may still be answering.
    const onClientEnd = (): void => {
      const isAnswered = answered && input.isWhole && input.start.length === 0;
      waitHalfOpen(isAnswered ? halfOpenMs.answered : halfOpenMs.unanswered);
    };
    const waitHalfOpen = (ms: number): void => {
      clearTimeout(halfOpen);
      halfOpen = setTimeout(() => tunnel.close(), ms);
    };
    const onClientClose = (): void => {
      tunnel.close();
      tunnel.resume();
    };

    const pinger = setInterval(() => {
      // A machine that slept, or a proxy that forgot the connection, leaves a tunnel that looks open.
      if (pongDue) tunnel.terminate();
      pongDue = true;
      if (tunnel.readyState === tunnel.OPEN) tunnel.ping();
    }, pingIntervalMs);

    const finish = (code: number): void => {
      clearInterval(pinger);
      clearTimeout(halfOpen);
      clearTimeout(settled);
      clearTimeout(lost);
      client.off("drain", onDrain);
      client.off("close", onClientClose);
      input.detach();
      if (refused !== undefined && !answered && !client.destroyed) {
        resolve({ kind: "refused", message: refused });
        return;
      }
      if (!client.destroyed && !input.ended && isRepeatable(input.start)) {
        resolve({ kind: "unanswered" });
        return;
      }
      // An end that is no regular close must not look like the end of the answer.
      if (refused !== undefined || code === 1006) client.resetAndDestroy();
      else endClient(client);
      resolve({ kind: "done" });
    };

    tunnel.on("message", fromPod);
    tunnel.on("pong", () => (pongDue = false));
    tunnel.on("error", () => undefined);
    tunnel.once("close", finish);
    client.on("drain", onDrain);
    client.once("close", onClientClose);
    input.attach(toPod, onClientEnd);
    if (client.destroyed) onClientClose();
    if (tunnel.readyState === tunnel.CLOSED) finish(1006);
    tunnel.resume();
  });
}

/** Ends our side once all is written, and the whole connection soon after. */
export function endClient(client: Socket): void {
  client.end(() => client.setTimeout(lingerMs, () => client.destroy()));
  client.resume();
}
