import type { Socket } from "node:net";
import type { PodConnection, PodEnd } from "../tunnel";
import type { ClientInput } from "./clientInput";
import type { Departures } from "./departures";
import { endClient } from "./endClient";
import type { HalfOpenConnections } from "./halfOpen";

/**
 * After the client's last byte, how long the Pod may stay silent before the connection counts as over: until its answer
 * begins, and from then on. Many clients are gone by then, which their end alone does not show.
 */
const halfOpenMs = { unanswered: 30_000, answered: 10_000 } as const;
/** After both sides fell silent like that, how soon the next client may have what this one holds. */
const yieldMs = 50;
/** Parts as large as this belong to a download, and several come at once: they are written together. */
const bulkBytes = 8 * 1024;
/** What the client's socket may hold before the Pod is held back. */
const highWater = 64 * 1024;
/** What a client may leave unread once the Pod can no longer be held back for it. */
const mostUnread = 1024 * 1024;
/** For how long a node that can't connect to the Pod's port may take to say so. */
const refusalMs = 250;

/** How a connection ended. */
export type RelayEnd =
  /** Closed by either side. `message`: what the node says of an answer that broke off. */
  | { kind: "done"; message?: string }
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
  isRepeatable?: (unanswered: Buffer) => boolean;
  /** Whether bytes that follow an answer belong to another Pod by now. */
  belongsElsewhere?: (unanswered: Buffer) => boolean;
  halfOpen: HalfOpenConnections;
  departures: Departures;
}

/**
 * Moves bytes between a local client and a Pod, each only as fast as the other takes them. The client's socket stays open
 * after a refusal, so that the caller can answer or retry.
 */
export async function relay(
  client: Socket,
  input: ClientInput,
  pod: PodConnection,
  rules: RelayRules,
  events: RelayEvents = {},
): Promise<RelayEnd> {
  return await new Promise((resolve) => new Relay(client, input, pod, rules, events, resolve).start());
}

class Relay {
  #hasAnswered = false;
  /** Since when the Pod owes an answer. */
  #askedAt: number | undefined;
  /** Whether what the connection holds may go to another client. */
  #hasYielded = false;
  #refusalTimer: NodeJS.Timeout | undefined;
  #endTimer: NodeJS.Timeout | undefined;
  #yieldTimer: NodeJS.Timeout | undefined;
  #leaveHalfOpen: (() => void) | undefined;
  #stopWatching: (() => void) | undefined;

  constructor(
    private readonly client: Socket,
    private readonly input: ClientInput,
    private readonly pod: PodConnection,
    private readonly rules: RelayRules,
    private readonly events: RelayEvents,
    private readonly done: (end: RelayEnd) => void,
  ) {}

  start(): void {
    this.#refusalTimer = setTimeout(() => this.events.reached?.("silence"), refusalMs);
    this.client.on("drain", this.#drained);
    this.client.once("close", this.#clientClosed);
    this.input.attach(
      (chunk) => this.#toPod(chunk),
      () => this.#waitHalfOpen(),
    );
    // The Pod last: what it sent, and its end, may be there already.
    this.pod.attach({
      data: (part) => this.#fromPod(part),
      drained: () => this.input.resume(),
      ended: (end) => this.#podEnded(end),
    });
    if (this.client.destroyed) this.#clientClosed();
  }

  #toPod(chunk: Buffer): void {
    // Before the old Pod ends: from then on it takes a second until that is known here.
    if (
      this.#hasAnswered &&
      this.#askedAt === undefined &&
      this.rules.belongsElsewhere?.(this.input.unanswered) === true
    ) {
      this.pod.abandon();
      this.#stop();
      this.done({ kind: "unanswered" });
      return;
    }
    this.#askedAt ??= performance.now();
    if (!this.pod.write(chunk)) this.input.pause();
    this.events.sent?.(chunk.length);
  }

  #fromPod(part: Buffer): void {
    this.#answered();
    if (this.input.ended) this.#waitHalfOpen();
    this.events.received?.(part.length);
    this.#toClient(part);
  }

  #answered(): void {
    this.input.forget();
    if (!this.#hasAnswered) {
      this.#hasAnswered = true;
      clearTimeout(this.#refusalTimer);
      this.events.reached?.("answer");
    }
    if (this.#askedAt !== undefined) {
      this.events.latency?.(performance.now() - this.#askedAt);
      this.#askedAt = undefined;
    }
  }

  #toClient(part: Buffer): void {
    const { client } = this;
    if (part.length >= bulkBytes && client.writableCorked === 0) {
      client.cork();
      setImmediate(() => client.uncork());
    }
    if (client.write(part) || client.writableLength <= highWater) return;
    if (!this.#hasYielded) this.pod.pause(client.writableLength);
    else if (client.writableLength > mostUnread) client.resetAndDestroy();
  }

  readonly #drained = (): void => {
    this.pod.resume();
    if (this.input.ended) this.#waitHalfOpen();
  };

  /**
   * After the client's end, gives the Pod its time anew. containerd ends both directions 1 s after one has ended: so the
   * client's end is not passed on while the Pod may still be answering.
   */
  #waitHalfOpen(): void {
    clearTimeout(this.#endTimer);
    clearTimeout(this.#yieldTimer);
    // What it sent may still be on its way to the app.
    if (this.input.hasBegun)
      this.#stopWatching ??= this.rules.departures.watch(this.client, { gone: () => this.pod.end() });
    const isAnswered = this.#hasAnswered && this.input.isAnswered;
    this.#endTimer = setTimeout(this.#endHalfOpen, isAnswered ? halfOpenMs.answered : halfOpenMs.unanswered);
    if (!isAnswered) return;
    this.#leaveHalfOpen ??= this.rules.halfOpen.enter(this.#endHalfOpen);
    this.#yieldTimer = setTimeout(() => this.#yield(), yieldMs);
  }

  readonly #endHalfOpen = (): void => {
    if (!this.#hasUnread) this.pod.end();
  };

  #yield(): void {
    if (this.#hasUnread) return;
    this.#hasYielded = true;
    this.pod.yield();
  }

  /** Whether the client has not read all yet: then it is still there, and goes on once it has. */
  get #hasUnread(): boolean {
    return this.client.writableLength > 0;
  }

  readonly #clientClosed = (): void => {
    this.pod.abandon();
    this.#podEnded({ kind: "closed" });
  };

  #podEnded(end: PodEnd): void {
    this.#stop();
    const { client, input } = this;
    if (end.kind === "refused" && !this.#hasAnswered && !client.destroyed) {
      this.done({ kind: "refused", message: end.message });
      return;
    }
    if (!client.destroyed && !input.ended && this.rules.isRepeatable?.(input.unanswered) === true) {
      this.done({ kind: end.kind === "lost" ? "lost" : "unanswered" });
      return;
    }
    // An end that is no regular close must not look like the end of the answer.
    const isWanted = !client.destroyed && !input.ended;
    if (end.kind === "closed") endClient(client);
    else client.resetAndDestroy();
    this.done({ kind: "done", message: end.kind === "refused" && isWanted ? end.message : undefined });
  }

  #stop(): void {
    clearTimeout(this.#refusalTimer);
    clearTimeout(this.#endTimer);
    clearTimeout(this.#yieldTimer);
    this.#leaveHalfOpen?.();
    this.#stopWatching?.();
    this.client.off("drain", this.#drained);
    this.client.off("close", this.#clientClosed);
    this.input.detach();
  }
}
