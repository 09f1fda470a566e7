/** How a connection to a Pod ended. */
export type PodEnd =
  /** The Pod closed it, or we did. */
  | { kind: "closed" }
  /** The node said why it can't go on. */
  | { kind: "refused"; message: string }
  /** The way to the node broke. */
  | { kind: "lost" };

export interface PodEvents {
  data(part: Buffer): void;
  /** More can be written. */
  drained(): void;
  ended(end: PodEnd): void;
}

/** One connection to a port of a Pod. */
export interface PodConnection {
  /** Starts what the Pod sends. */
  attach(events: PodEvents): void;
  /** False where bytes come faster than the Pod takes them: then wait for `drained`. */
  write(chunk: Buffer): boolean;
  /** Asks to hold back what the Pod sends, as the client has not read so many bytes yet. */
  pause(unread: number): void;
  resume(): void;
  /** The client sends no more. The node ends both directions 1 s later. */
  end(): void;
  /** The client is gone: what the Pod still sends is dropped. */
  abandon(): void;
  /** The client is done, as far as can be seen: what it holds may go to another one. */
  yield(): void;
}
