import { listenAddress, urlOnThisMachine } from "../../contract";
import { formatDuration } from "../../text";
import { delay } from "../../time";
import { readRecord, type StoredForward } from "../state";
import { ForwardFailedError } from "./errors";
import { probe, type ProbeResult } from "./probe";

/** What the Pod is given until it answers. */
export interface ProofOptions {
  /** Told what it waits for, where that takes long. */
  report?: (line: string) => void;
  signal?: AbortSignal;
  /** uid of the Pod that must answer. Default: whichever is the newest Ready one. */
  podUid?: string;
  /** Path that is asked for. Default: "/". */
  path?: string;
  /** Until the port must take a connection: an app may listen a moment after its Pod is Ready. Default: 10 s. */
  answerTimeoutMs?: number;
  /** Until an app that has taken the connection must answer. Default: 60 s. */
  silenceTimeoutMs?: number;
}

const defaultAnswerTimeoutMs = 10_000;
const defaultSilenceTimeoutMs = 60_000;
/** How long the first request is left open; each further one twice as long: an app may answer another one only. */
const firstRequestMs = 30_000;
const probeIntervalMs = 200;
const reachedPollMs = 15;
/** When it is first said that the app is slow, and how often from then on. */
const slowMs = 2_000;
const slowAgainMs = 30_000;

/**
 * Asks through the local port until the Pod answers.
 * @returns what is odd about the answer; undefined where nothing is.
 * @throws {ForwardFailedError} where it doesn't.
 */
export async function untilAnswered(
  folder: string,
  stored: StoredForward,
  options: ProofOptions,
): Promise<string | undefined> {
  const { protocol, localPort } = stored.forward;
  const { answerTimeoutMs = defaultAnswerTimeoutMs, silenceTimeoutMs = defaultSilenceTimeoutMs, signal } = options;
  const address = `${listenAddress}:${localPort}`;
  const startedAt = performance.now();
  const slow = new SlowReport((since) =>
    options.report?.(`${address} takes the connection and has not answered in ${since}: an app may be slow at first`),
  );
  let failingSince: number | undefined;
  let requestMs = firstRequestMs;
  for (;;) {
    const leftMs = Math.max(1, startedAt + silenceTimeoutMs - performance.now());
    const timeoutMs = Math.min(requestMs, leftMs);
    const result = await slow.during(probe(protocol, localPort, { path: options.path, timeoutMs, signal }));
    signal?.throwIfAborted();
    // A tcp connection also stands while the forwarder still looks for a Pod: its record tells whether one was reached.
    if (result.kind === "answered" && (protocol !== "tcp" || (await wasReached(folder, stored, options))))
      return result.note;
    if (result.kind === "silent") {
      requestMs *= 2;
      failingSince = undefined;
      if (performance.now() - startedAt < silenceTimeoutMs) continue;
      throw notAnswering(stored, silence(silenceTimeoutMs));
    }
    const failure = readRecord(folder, stored.key)?.failure;
    const message = result.kind === "own" ? result.message : (failure?.message ?? messageOf(result));
    const isFinal = result.kind === "own" ? result.state === "forbidden" : failure?.final === true;
    const isFirst = failingSince === undefined;
    failingSince ??= performance.now();
    if (isFinal || performance.now() - failingSince > answerTimeoutMs) throw notAnswering(stored, message);
    if (isFirst) options.report?.(`${address} does not answer yet: ${message}`);
    await delay(probeIntervalMs, signal);
  }
}

/** Says now and then, however many requests are made, that one has no answer so far. */
class SlowReport {
  readonly #startedAt = performance.now();
  #next = slowMs;

  constructor(private readonly say: (since: string) => void) {}

  async during<T>(request: Promise<T>): Promise<T> {
    const askedAt = performance.now();
    const timer = setInterval(() => {
      const since = performance.now() - this.#startedAt;
      if (since < this.#next || performance.now() - askedAt < slowMs) return;
      this.#next = since + slowAgainMs;
      this.say(formatDuration(since));
    }, slowMs / 4);
    return await request.finally(() => clearInterval(timer));
  }
}

function silence(ms: number): string {
  return (
    `It takes the connection, and no byte came back in ${formatDuration(ms)}. An app that needs longer at first gets more ` +
    'time by timeoutSeconds; one that speaks no HTTP needs forward.protocol "https" or "tcp".'
  );
}

function notAnswering({ forward }: StoredForward, message: string): ForwardFailedError {
  const { protocol, localPort } = forward;
  return new ForwardFailedError(
    `${urlOnThisMachine(protocol, localPort)} does not answer from the Pod. ${sentence(message)}`,
  );
}

async function wasReached(folder: string, { key }: StoredForward, { podUid, signal }: ProofOptions): Promise<boolean> {
  for (let tries = 0; tries < 20; tries++) {
    const record = readRecord(folder, key);
    if (record?.failure !== undefined) return false;
    if (record?.reached !== undefined && record.reached === (podUid ?? record.pod?.uid)) return true;
    await delay(reachedPollMs, signal);
  }
  return false;
}

function messageOf(result: ProbeResult): string {
  return result.kind === "own" || result.kind === "failed" ? result.message : "the Pod was not reached";
}

function sentence(text: string): string {
  return text === "" ? "" : text.charAt(0).toUpperCase() + text.slice(1);
}
