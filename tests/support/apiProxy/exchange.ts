import { once } from "node:events";
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Asked } from "./asked.ts";

/** The API server's own answer. */
export interface Answer {
  status: number;
  headers: OutgoingHttpHeaders;
  body: Readable;
}

/** Where an answer goes, and where the API server's own one comes from: one pair for requests, one for upgrades. */
export interface Ends {
  /** Takes the body. To destroy it closes the client's connection. */
  client: Writable;
  /** Begins the answer. */
  begin: (status: number, headers: OutgoingHttpHeaders) => void;
  /** Asks the API server. */
  ask: () => Promise<Answer>;
  /** Ends what was asked of it. */
  drop: () => void;
}

/** What becomes of an answer on its way. */
export interface Alteration {
  /** Instead of the whole answer, which is JSON. */
  json?: (body: never) => unknown;
  /** Instead of each line, without its end: of a log, or an event of a watch. Nothing, one, or several. */
  line?: (line: string, number: number) => string | readonly string[] | undefined;
  /** Added to the API server's. */
  headers?: OutgoingHttpHeaders;
  /** The answer goes on until then: so many lines are through, or so much time is over since its head. */
  until?: { lines?: number; ms?: number };
  /** What happens then: nothing comes any more, over a live connection; it breaks; it ends as if that were all. */
  then?: "silence" | "cut" | "end";
}

/** One request and its answer, from the first byte to the last. */
export class Exchange {
  readonly at = performance.now();
  /** Of the answer; undefined as long as there is none. */
  status: number | undefined;
  /** Lines of an altered answer that went on to the client. */
  lines = 0;
  readonly asked: Asked;
  readonly #ends: Ends;
  #isStopped = false;

  constructor(asked: Asked, ends: Ends) {
    this.asked = asked;
    this.#ends = ends;
    ends.client.once("close", () => ends.drop());
  }

  get isOver(): boolean {
    return this.#ends.client.destroyed || this.#ends.client.writableEnded;
  }

  /** Answers in the API server's place; an object as JSON. */
  answer(status: number, body: unknown = "", headers: OutgoingHttpHeaders = {}): void {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const type = typeof body === "string" ? "text/plain" : "application/json";
    this.#begin(status, { "content-type": type, "content-length": Buffer.byteLength(text), ...headers });
    this.#ends.client.end(text);
  }

  /** Asks the API server, and passes its answer on. Without an answer the client gets none either. */
  async pass(alteration?: Alteration): Promise<void> {
    try {
      const answer = await this.#ends.ask();
      if (alteration === undefined) await this.#passAsItIs(answer);
      else await this.#alter(answer, alteration);
      if (!this.#isStopped) this.#ends.client.end();
    } catch {
      if (!this.#isStopped) this.cut();
    }
  }

  /** Writes a line of its own into an answer that has begun. */
  async inject(line: string): Promise<void> {
    await this.#write(`${line}\n`);
  }

  /** Never answers, or never goes on, and keeps the connection open. */
  silence(): void {
    this.#isStopped = true;
  }

  /** Closes the connection. */
  cut(): void {
    this.#isStopped = true;
    // What was written in this turn of the event loop is still to be sent.
    setImmediate(() => this.#ends.client.destroy());
  }

  /** Ends the answer as if that were all. */
  end(): void {
    this.#isStopped = true;
    this.#ends.client.end();
    this.#ends.drop();
  }

  async #passAsItIs({ status, headers, body }: Answer): Promise<void> {
    this.#begin(status, headers);
    for await (const chunk of body) await this.#write(chunk as Buffer);
  }

  async #alter({ status, headers, body }: Answer, alteration: Alteration): Promise<void> {
    const { json, line: alter = (text: string) => text, until = {} } = alteration;
    this.#begin(status, { ...without(headers, "content-length"), ...alteration.headers });
    if (json !== undefined) {
      const text = Buffer.concat((await body.toArray()) as Buffer[]).toString();
      await this.#write(JSON.stringify(json(JSON.parse(text) as never)));
      return;
    }
    const stop = (): void => this[alteration.then ?? "silence"]();
    if (until.lines === 0) stop();
    if (until.ms !== undefined) void sleep(until.ms, undefined, { ref: false }).then(stop);
    let rest = Buffer.alloc(0);
    let number = 0;
    for await (const chunk of body) {
      rest = Buffer.concat([rest, chunk as Buffer]);
      for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
        const line = rest.subarray(0, end).toString();
        rest = rest.subarray(end + 1);
        for (const next of [alter(line, ++number) ?? []].flat()) {
          if (this.#isStopped) break;
          await this.#write(`${next}\n`);
          if (++this.lines === until.lines) stop();
        }
      }
    }
    await this.#write(rest);
  }

  #begin(status: number, headers: OutgoingHttpHeaders): void {
    this.status = status;
    this.#ends.begin(status, headers);
  }

  async #write(data: Buffer | string): Promise<void> {
    const { client } = this.#ends;
    if (this.#isStopped || this.isOver || data.length === 0 || client.write(data)) return;
    const waited = new AbortController();
    const options = { signal: waited.signal };
    await Promise.race([once(client, "drain", options), once(client, "close", options)]).catch(() => undefined);
    waited.abort();
  }
}

/** The headers of a message that are not of one connection alone. */
export function headersOf({ headers }: IncomingMessage): OutgoingHttpHeaders {
  return without(headers, "connection", "keep-alive");
}

export function without(headers: OutgoingHttpHeaders, ...names: string[]): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}
