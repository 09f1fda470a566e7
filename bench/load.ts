import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "./connection.ts";

export interface Load {
  perSecond: number;
  p99Ms: number;
  failures: string[];
}

/** Without it, a forwarder that is gone would have thousands of failures a second. */
const pauseAfterFailureMs = 100;

/**
 * Asks a URL for a while on `connections` at once, each the next request when it has the answer. Without `keepAlive` each
 * request has a connection of its own. The first request of each is not timed: it opens what is measured later.
 */
export async function load(
  url: string,
  { connections, keepAlive, seconds }: { connections: number; keepAlive: boolean; seconds: number },
): Promise<Load> {
  const clients = Array.from({ length: connections }, () => new Client(new URL(url), keepAlive));
  try {
    await Promise.all(clients.map((client) => client.ask()));
    const start = performance.now();
    const times = (await Promise.all(clients.map((client) => client.askUntil(start + seconds * 1000)))).flat();
    const elapsed = (performance.now() - start) / 1000;
    times.sort((a, b) => a - b);
    return {
      perSecond: times.length / elapsed,
      p99Ms: times[Math.ceil(times.length * 0.99) - 1] ?? Infinity,
      failures: clients.flatMap(({ failures }) => failures),
    };
  } finally {
    for (const client of clients) client.close();
  }
}

/** Loads a large page once. */
export async function download(url: string): Promise<{ megabytesPerSecond: number; failures: string[] }> {
  const connection = new Connection(new URL(url), false);
  const start = performance.now();
  try {
    const bytes = await connection.get();
    return { megabytesPerSecond: bytes / 1e3 / (performance.now() - start), failures: [] };
  } catch (error) {
    return { megabytesPerSecond: 0, failures: [String(error)] };
  } finally {
    connection.close();
  }
}

class Client {
  readonly failures: string[] = [];
  #connection: Connection | undefined;
  readonly #url: URL;
  readonly #keepAlive: boolean;

  constructor(url: URL, keepAlive: boolean) {
    this.#url = url;
    this.#keepAlive = keepAlive;
  }

  /** How long each answer took, in ms. */
  async askUntil(end: number): Promise<number[]> {
    const times: number[] = [];
    for (let start = performance.now(); start < end; start = performance.now()) {
      if (await this.ask()) times.push(performance.now() - start);
      else await sleep(pauseAfterFailureMs);
    }
    return times;
  }

  async ask(): Promise<boolean> {
    if (this.#connection?.reusable !== true) this.#connection = new Connection(this.#url, this.#keepAlive);
    try {
      await this.#connection.get();
      return true;
    } catch (error) {
      this.failures.push(String(error));
      return false;
    }
  }

  close(): void {
    this.#connection?.close();
  }
}
