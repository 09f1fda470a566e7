import http from "node:http";
import https from "node:https";
import { connect } from "node:net";
import { type ForwardProtocol, listenAddress, ownHeader } from "../../contract";

/** What one request through the local port showed. */
export type ProbeResult =
  /** The Pod sent something. `note`: what is odd about it, as a sentence. */
  | { kind: "answered"; note?: string }
  /** The forwarder answered in place of the Pod. */
  | { kind: "own"; state: string; message: string }
  /** The connection stands, and no byte came in time. */
  | { kind: "silent" }
  | { kind: "failed"; message: string };

/** Settings of `probe`. */
export interface ProbeOptions {
  /** Path of the request. */
  path?: string;
  /** For how long an answer is waited for. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/** For how long a tcp connection must stand. */
const standMs = 250;
const longestBody = 64 * 1024;

/**
 * Makes one request, or for tcp one connection, through the local port. Any byte is an answer: whether it is one that the
 * user likes is for the app's readiness to say. Never rejects.
 */
export async function probe(protocol: ForwardProtocol, port: number, options: ProbeOptions): Promise<ProbeResult> {
  return protocol === "tcp" ? await probeTcp(port) : await probeHttp(protocol, port, options);
}

async function probeHttp(
  protocol: "http" | "https",
  port: number,
  { path = "/", timeoutMs, signal }: ProbeOptions,
): Promise<ProbeResult> {
  return await new Promise((resolve) => {
    const request = (protocol === "https" ? https : http).get({
      host: listenAddress,
      port,
      path: requestable(path),
      agent: false,
      // Whose certificate it is says nothing about whether the Pod answers.
      rejectUnauthorized: false,
      headers: { accept: "application/json", "user-agent": "init-pod (probe)" },
      signal,
    });
    let hasHandshake = false;
    request.on("socket", (socket) => socket.once("secureConnect", () => (hasHandshake = true)));
    const hasBytes = (): boolean => protocol === "http" && (request.socket?.bytesRead ?? 0) > 0;
    const timer = setTimeout(() => {
      // After a handshake the request may still be answered.
      resolve({ kind: hasBytes() ? "answered" : "silent" });
      request.destroy();
    }, timeoutMs);
    request.on("information", () => {
      resolve({ kind: "answered" });
      request.destroy();
    });
    request.on("response", (response) => {
      const own = response.headers[ownHeader];
      if (typeof own !== "string") {
        resolve({ kind: "answered" });
        response.destroy();
        return;
      }
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
        // The forwarder's own are short: an app may send such a header too.
        if (body.length > longestBody) response.destroy();
      });
      response.on("error", () => undefined);
      response.on("close", () => resolve({ kind: "own", state: own, message: messageOf(body) }));
    });
    request.on("error", (error: NodeJS.ErrnoException) => {
      // What OpenSSL objects to, an alert included, has come from the other side.
      const hasAnswered = hasBytes() || hasHandshake || /^(EPROTO$|ERR_SSL_)/.test(error.code ?? "");
      resolve(hasAnswered ? { kind: "answered", note: foreignNote(protocol, error) } : failed(protocol, error));
    });
    request.on("close", () => clearTimeout(timer));
  });
}

/** A path as Node.js lets it stand in a request: a readiness probe may have any character in it. */
function requestable(path: string): string {
  const absolute = path.startsWith("/") ? path : `/${path}`;
  return Buffer.from(absolute)
    .toString()
    .replace(/[^!-~]+/g, encodeURIComponent);
}

function foreignNote(protocol: "http" | "https", error: NodeJS.ErrnoException): string {
  // Between two places in OpenSSL's sources.
  const reason = /SSL routines:[^:]*:([^:]+)/.exec(error.message)?.[1] ?? error.message;
  return protocol === "https"
    ? `The app answers, but not as an HTTPS server does (${reason}). ` +
        'If it speaks HTTP without TLS, set forward.protocol to "http"; for anything else, to "tcp".'
    : `The app answers, but not in HTTP/1 (${reason}). ` +
        'If it speaks TLS, set forward.protocol to "https"; for anything else, as HTTP/2 without TLS, to "tcp".';
}

function failed(protocol: "http" | "https", error: NodeJS.ErrnoException): ProbeResult {
  if (error.code !== "ECONNRESET") return { kind: "failed", message: error.message };
  const other =
    protocol === "https"
      ? 'HTTP without TLS (forward.protocol "http")'
      : 'TLS, which some servers expect so strictly (forward.protocol "https")';
  return {
    kind: "failed",
    message:
      "the connection was closed without an answer. The app may have crashed, may refuse whoever is not local to it, " +
      `or may speak ${other}, or something else ("tcp")`,
  };
}

async function probeTcp(port: number): Promise<ProbeResult> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host: listenAddress });
    const finish = (result: ProbeResult): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => finish({ kind: "answered" }), standMs);
    socket.once("data", () => finish({ kind: "answered" }));
    socket.once("end", () => finish({ kind: "failed", message: "the connection was closed at once" }));
    socket.once("error", (error) => finish({ kind: "failed", message: error.message }));
  });
}

function messageOf(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? body;
  } catch {
    return body.trim();
  }
}
