import { get, type RequestOptions } from "node:http";

/** What a request came to. */
export interface Answer {
  /** 0 where none came. */
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  /** The body, or why no answer came. */
  text: string;
  /** When it was whole, in milliseconds. */
  atMs: number;
}

/** After this time a client counts as hanging. */
const hangMs = 10_000;

/** Makes one GET request, over a connection of its own unless an agent is given. Never rejects. */
export function ask(url: string, options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException): void =>
      resolve({ status: 0, headers: {}, text: error.code ?? error.message, atMs: performance.now() });
    const request = get(url, { agent: false, signal: AbortSignal.timeout(hangMs), ...options }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("error", fail);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, atMs: performance.now() }),
      );
    });
    request.on("error", fail);
  });
}

/** Asks a URL at a constant rate, however long each answer takes, until it is stopped. */
export function steadyRequests(url: string, perSecond: number, options?: RequestOptions): () => Promise<Answer[]> {
  const asked: Promise<Answer>[] = [];
  const timer = setInterval(() => asked.push(ask(url, options)), 1000 / perSecond);
  return async () => {
    clearInterval(timer);
    return await Promise.all(asked);
  };
}

/** How many answers were the app's 200, how many the forwarder's own 503, and how many were anything else. */
export function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, headers, text } of answers) {
    const isOwn = headers["x-init-pod"] !== undefined;
    const kind =
      status === 200 && !isOwn ? "app" : status === 503 && isOwn ? "forwarder" : `${status} ${text.slice(0, 80)}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
