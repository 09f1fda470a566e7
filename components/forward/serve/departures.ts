import type { Socket } from "node:net";
import { parseTcpTable, readTcpTables, TcpState } from "../sockets";

/** From a client's end to the first look: many that end at once cost one, and a close needs its time to show. */
const firstLookMs = 20;
/** Between two looks, as a client may stay for more answer and leave then. */
const lookMs = 1_000;
/** Very many sockets make a look dear: any next one waits a millisecond for so many characters of the tables. */
const charactersPerMs = 1_000;

/** Told of a client that has sent its end. */
export interface Departure {
  /** It has closed its socket: nobody reads an answer. */
  gone(): void;
  /** The system can't tell whether it has. */
  unknown?(): void;
}

/**
 * Tells clients that are gone from those that have only ended their own side. Both say the same on the wire; the system's
 * table of sockets knows which process still holds one.
 */
export class Departures {
  readonly #watched = new Map<Socket, Departure>();
  #isLooking = false;
  #notBefore = 0;

  constructor(private readonly read = readTcpTables) {}

  /** Watches a client from its end on, until the returned function is called. */
  watch(client: Socket, departure: Departure): () => void {
    this.#watched.set(client, departure);
    this.#lookIn(firstLookMs);
    return () => {
      if (this.#watched.get(client) === departure) this.#watched.delete(client);
    };
  }

  #lookIn(ms: number): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    setTimeout(() => void this.#look(), Math.max(ms, this.#notBefore - performance.now()));
  }

  async #look(): Promise<void> {
    const asked = [...this.#watched];
    const tables = asked.length === 0 ? [] : await this.read().catch(() => undefined);
    const closed = tables && closedClients(tables);
    const characters = tables?.reduce((sum, table) => sum + table.length, 0) ?? 0;
    this.#notBefore = performance.now() + characters / charactersPerMs;
    this.#isLooking = false;
    for (const [client, departure] of asked) {
      if (this.#watched.get(client) !== departure) continue;
      if (closed !== undefined && !closed.has(pairOf(client))) continue;
      this.#watched.delete(client);
      if (closed === undefined) departure.unknown?.();
      else departure.gone();
    }
    if (this.#watched.size > 0) this.#lookIn(lookMs);
  }
}

function pairOf({ remotePort = 0, localPort = 0 }: Socket): string {
  return `${remotePort}>${localPort}`;
}

/** Of the loopback address, which IPv6 writes behind more. */
const loopback = "0100007F";
/** Of a side that has sent its end, or is past that. */
const ended: readonly string[] = [TcpState.finWait1, TcpState.finWait2, TcpState.timeWait, TcpState.closing];

/** Connections of which no process holds the first side any more. */
function closedClients(tables: readonly string[]): Set<string> {
  const rows = tables.flatMap(parseTcpTable).filter(({ localAddress, remoteAddress, state, inode }) => {
    const isLocal = localAddress.endsWith(loopback) && remoteAddress.endsWith(loopback);
    return isLocal && inode === "0" && ended.includes(state);
  });
  return new Set(rows.map(({ localPort, remotePort }) => `${localPort}>${remotePort}`));
}
