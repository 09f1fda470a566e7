import type { Socket } from "node:net";
import type { PodConnection, PodEnd } from "../tunnel";
import type { ClientInput } from "./clientInput";
import type { HalfOpenConnections } from "./halfOpen";

/**
 * After the client's last byte, how long the Pod may stay silent before the connection counts as over: until its answer
 * begins, and from then on. Many clients are gone by then, which their end alone does not show.
 */
const halfOpenMs = { unanswered: 30_000, answered: 10_000 } as const;
/** After both sides fell silent like that, how soon the next client may have what this one holds. */
const yieldMs = 50;
/** Parts as large as this belong to a download, and several come at once: they are written together. */
const bulk = 8 * 1024;
/** What the client's socket may hold before the Pod is held back. */
const mostWaiting = 64 * 1024;
/** What a client may leave unread once the Pod can no longer be held back for it. */
const mostUnread = 1024 * 1024;

/** For how long a node that can't connect to the Pod's port may take to say so. */
const refusalMs = 250;
/** After the last byte to the client, how long it may leave its own side open. */
const lingerMs = 5_000;

/** How a connection ended. */
export type RelayEnd =
  /** Closed by either side. */
  | { kind: "done" }
  /** The Pod sent nothing, and the node said why it can't. The client's socket is still open. */
  | { kind: "refused"; message: string }
  /** The Pod went away with a request that may be made again. The client's socket is still open. */
  | { kind: "unanswered" }
  /** The same, but the way to the Pod broke. */
  | { kind: "lost" };

/** What the relay reports while it runs. */
export interface RelayEvents {
  /** The Pod sent its first byte, or nothing speaks against it for 250 ms: some servers wait for the client. */
  reached?: (how: "answer" | "silence") => void;
  sent?: (bytes: number) => void;
  received?: (bytes: number) => void;
  /** How long the Pod took for the first byte after one of the client's. */
  latency?: (ms: number) => void;
}

/** How a relay treats its client. */
export interface RelayRules {
  /** Whether bytes that the Pod left unanswered may go to another one. */
  isRepeatable?: (start: Buffer) => boolean;
  /** Whether bytes that follow an answer belong to another Pod by now. */
  belongsElsewhere?: (start: Buffer) => boolean;
  halfOpen: HalfOpenConnections;
}

/**
 * Moves bytes between a local client and a Pod, each only as fast as the other takes them. The client's socket stays open
 * after a refusal, so that the caller can answer or retry.
 */
export async function relay(
  client: Socket,
  input: ClientInput,
  pod: PodConnection,
  { isRepeatable = () => false, belongsElsewhere = () => false, halfOpen }: RelayRules,
  events: RelayEvents = {},
): Promise<RelayEnd> {
  return await new Promise((resolve) => {
    let answered = false;
    let askedAt: number | undefined;
    let yielded = false;
    let waiting: NodeJS.Timeout | undefined;
    let yielding: NodeJS.Timeout | undefined;
    let leaveHalfOpen: (() => void) | undefined;
    const settled = setTimeout(() => events.reached?.("silence"), refusalMs);

    const toPod = (chunk: Buffer): void => {
      // Before the old Pod ends: from then on it takes a second until that is known here.
      if (answered && askedAt === undefined && belongsElsewhere(input.start)) {
        pod.abandon();
        stop();
        resolve({ kind: "unanswered" });
        return;
      }
      askedAt ??= performance.now();
      if (!pod.write(chunk)) input.pause();
      events.sent?.(chunk.length);
    };

    const fromPod = (part: Buffer): void => {
      input.forget();
      if (!answered) {
        answered = true;
        clearTimeout(settled);
        events.reached?.("answer");
      }
      if (askedAt !== undefined) {
        events.latency?.(performance.now() - askedAt);
        askedAt = undefined;
      }
      if (waiting !== undefined) waitHalfOpen();
      events.received?.(part.length);
      if (part.length >= bulk && client.writableCorked === 0) {
        client.cork();
        setImmediate(() => client.uncork());
      }
      if (client.write(part) || client.writableLength <= mostWaiting) return;
      if (!yielded) pod.pause(client.writableLength);
      else if (client.writableLength > mostUnread) client.resetAndDestroy();
    };
    const onDrain = (): void => {
      pod.resume();
      if (waiting !== undefined) waitHalfOpen();
    };

    // containerd ends both directions 1 s after one has ended: so the client's end is not passed on while the Pod may
    // still be answering.
    const waitHalfOpen = (): void => {
      const isAnswered = answered && input.isWhole && input.start.length === 0;
      clearTimeout(waiting);
      clearTimeout(yielding);
      const end = (): void => {
        // One that has not read all is still there: it goes on once it has.
        if (client.writableLength === 0) pod.end();
      };
      waiting = setTimeout(end, isAnswered ? halfOpenMs.answered : halfOpenMs.unanswered);
      if (!isAnswered) return;
      leaveHalfOpen ??= halfOpen.enter(end);
      yielding = setTimeout(() => {
        if (client.writableLength > 0) return;
        yielded = true;
        pod.yield();
      }, yieldMs);
    };
    const onClientClose = (): void => {
      pod.abandon();
      finish({ kind: "closed" });
    };

    const stop = (): void => {
      clearTimeout(waiting);
      clearTimeout(yielding);
      clearTimeout(settled);
      leaveHalfOpen?.();
      client.off("drain", onDrain);
      client.off("close", onClientClose);
      input.detach();
    };
    const finish = (end: PodEnd): void => {
      stop();
      if (end.kind === "refused" && !answered && !client.destroyed) {
        resolve({ kind: "refused", message: end.message });
        return;
      }
      if (!client.destroyed && !input.ended && isRepeatable(input.start)) {
        resolve({ kind: end.kind === "lost" ? "lost" : "unanswered" });
        return;
      }
      // An end that is no regular close must not look like the end of the answer.
      if (end.kind === "closed") endClient(client);
      else client.resetAndDestroy();
      resolve({ kind: "done" });
    };

    client.on("drain", onDrain);
    client.once("close", onClientClose);
    // The Pod last: what it sent, and its end, may be there already.
    input.attach(toPod, waitHalfOpen);
    pod.attach({ data: fromPod, drained: () => input.resume(), ended: finish });
    if (client.destroyed) onClientClose();
  });
}

/** Ends our side once all is written, and the whole connection soon after. */
export function endClient(client: Socket): void {
  client.end(() => client.setTimeout(lingerMs, () => client.destroy()));
  client.resume();
}
