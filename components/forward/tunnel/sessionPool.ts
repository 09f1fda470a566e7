import type { Duplex } from "node:stream";
import type { DialTarget } from "./dial";
import { DialError } from "./errors";
import type { PodConnection } from "./podConnection";
import { PodSession } from "./podSession";

/** For how long a session waits for the next client: one, and those beside it. Opening one takes two handshakes. */
const idleMs = { one: 60_000, others: 5_000 } as const;
/** So many clients have a session each: as many as a browser opens. */
const mostSessions = 6;
/**
 * All clients beyond those share so many. What several send at the same moment leaves in one packet, and each packet
 * passes the API server, the kubelet and the container runtime: measured at 64 clients, a twentieth more requests a second
 * than on four sessions. On one, all would wait for each that reads slowly.
 */
const sharedSessions = 2;

/** As the API server has it for what has changed meanwhile. */
export const droppedStatus = 409;

/** A Pod, and the port of it that is wanted. */
export interface PodPort extends DialTarget {
  uid: string;
  port: number;
}

/**
 * The sessions with Pods. A client takes one that is free, and one is kept ready for the next client: a session makes no
 * connection to the Pod before a client comes.
 */
export class SessionPool {
  /** By the Pod's uid, the last used one last. */
  readonly #sessions = new Map<string, PodSession[]>();
  readonly #idleTimers = new Map<PodSession, NodeJS.Timeout>();
  readonly #dialling = new Map<string, Set<Promise<PodSession>>>();
  /** Ends the wait for those that are on their way to a Pod. */
  readonly #drops = new Map<string, Set<() => void>>();
  #isClosed = false;

  constructor(private readonly dial: (target: DialTarget) => Promise<Duplex>) {}

  /** @throws {DialError} where no session could be opened, or the node refuses. */
  async connect(pod: PodPort): Promise<PodConnection> {
    let hasBroken = false;
    for (;;) {
      // The others may have died with it, in the same silence.
      const { session, isNew } = hasBroken ? await this.#newSession(pod) : await this.#pick(pod);
      this.#endIdle(session);
      const opened = session.open(pod.port, isNew);
      this.prepare(pod);
      try {
        return await opened;
      } catch (error) {
        // One that broke while it waited says nothing about the Pod.
        if (isNew || !session.isClosed) throw error;
        hasBroken = true;
      }
    }
  }

  /** Opens a session for the next client, unless one is free or on its way. The Pod sees nothing of it. */
  prepare(pod: PodPort): void {
    if (this.#isClosed) return;
    const isOnItsWay = (this.#dialling.get(pod.uid)?.size ?? 0) > 0;
    if (isOnItsWay || this.#count(pod.uid) >= mostSessions || this.#free(pod.uid) !== undefined) return;
    this.#dial(pod).then(
      (session) => this.#startIdle(pod.uid, session),
      // The next client asks by itself, and hears why.
      () => undefined,
    );
  }

  /** Ends the sessions with a Pod, and with them all its clients' connections: they lead to what is gone. */
  drop(uid: string): void {
    for (const drop of this.#drops.get(uid) ?? []) drop();
    for (const session of this.#sessions.get(uid) ?? []) session.close();
  }

  /** Has those close that broke without a word, as in a sleep of the machine. */
  check(): void {
    for (const session of this.#all()) session.check();
  }

  close(): void {
    this.#isClosed = true;
    for (const session of this.#all()) session.close();
  }

  async #pick(pod: PodPort): Promise<{ session: PodSession; isNew: boolean }> {
    for (;;) {
      const session = this.#isCrowded(pod.uid) ? this.#shared(pod.uid) : this.#free(pod.uid);
      if (session !== undefined) return { session, isNew: false };
      const [first] = this.#dialling.get(pod.uid) ?? [];
      if (this.#count(pod.uid) < mostSessions || first === undefined) {
        return { session: await this.#dial(pod), isNew: true };
      }
      // One that fails says as much to all who wait for it.
      await first;
    }
  }

  /** The same one for all who want it at the same time. */
  async #newSession(pod: PodPort): Promise<{ session: PodSession; isNew: boolean }> {
    const [first] = this.#dialling.get(pod.uid) ?? [];
    return { session: await (first ?? this.#dial(pod)), isNew: true };
  }

  /** With those on their way. */
  #count(uid: string): number {
    return (this.#sessions.get(uid)?.length ?? 0) + (this.#dialling.get(uid)?.size ?? 0);
  }

  #free(uid: string): PodSession | undefined {
    return this.#sessions.get(uid)?.findLast(({ clients }) => clients === 0);
  }

  /** Whether the next client shall share. */
  #isCrowded(uid: string): boolean {
    const dialling = this.#dialling.get(uid)?.size ?? 0;
    return (this.#sessions.get(uid) ?? []).reduce((sum, { clients }) => sum + clients, dialling) >= mostSessions;
  }

  /** Of the fullest ones that with the fewest clients; none where all wait for a client. */
  #shared(uid: string): PodSession | undefined {
    return (this.#sessions.get(uid) ?? [])
      .filter(({ isStalled }) => !isStalled)
      .sort((a, b) => b.clients - a.clients)
      .slice(0, sharedSessions)
      .at(-1);
  }

  async #dial(pod: PodPort): Promise<PodSession> {
    const error = new DialError("the Pod has started anew meanwhile", droppedStatus);
    let isDropped = false;
    let drop: () => void = () => undefined;
    const dropped = new Promise<never>((_resolve, reject) => {
      drop = () => {
        isDropped = true;
        reject(error);
      };
    });
    const drops = this.#drops.get(pod.uid) ?? new Set();
    this.#drops.set(pod.uid, drops.add(drop));
    const opened = this.dial(pod).then((socket) => {
      if (isDropped) {
        socket.destroy();
        throw error;
      }
      const session: PodSession = new PodSession(socket, () => this.#changed(pod.uid, session));
      if (this.#isClosed) session.close();
      this.#sessions.set(pod.uid, [...(this.#sessions.get(pod.uid) ?? []), session]);
      return session;
    });
    const dialled = Promise.race([opened, dropped]);
    const dialling = this.#dialling.get(pod.uid) ?? new Set();
    this.#dialling.set(pod.uid, dialling.add(dialled));
    try {
      return await dialled;
    } finally {
      dialling.delete(dialled);
      drops.delete(drop);
      if (dialling.size === 0) {
        this.#dialling.delete(pod.uid);
        this.#drops.delete(pod.uid);
      }
    }
  }

  #changed(uid: string, session: PodSession): void {
    const others = (this.#sessions.get(uid) ?? []).filter((each) => each !== session);
    const all = session.isClosed ? others : [...others, session];
    if (all.length > 0) this.#sessions.set(uid, all);
    else this.#sessions.delete(uid);
    if (session.isClosed) this.#endIdle(session);
    else this.#startIdle(uid, session);
  }

  #endIdle(session: PodSession): void {
    clearTimeout(this.#idleTimers.get(session));
    this.#idleTimers.delete(session);
  }

  #startIdle(uid: string, session: PodSession): void {
    this.#endIdle(session);
    // A client may have taken it as soon as it was there.
    if (session.clients > 0) return;
    const isOnly = (this.#sessions.get(uid) ?? []).every((other) => other === session || other.clients > 0);
    const closing = setTimeout(() => session.close(), isOnly ? idleMs.one : idleMs.others);
    this.#idleTimers.set(session, closing);
  }

  #all(): PodSession[] {
    return [...this.#sessions.values()].flat();
  }
}
