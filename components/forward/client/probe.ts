import http from "node:http";
import https from "node:https";
import { connect } from "node:net";
import { type ForwardProtocol, listenAddress, ownHeader } from "../../contract";

/** What one request through the local port showed. */
export type ProbeResult =
  | { kind: "answered" }
  /** The forwarder answered in place of the Pod. */
  | { kind: "own"; state: string; message: string }
  | { kind: "failed"; message: string };

/** For how long a tcp connection must stand. */
const standMs = 250;
const requestTimeoutMs = 10_000;
const longestBody = 64 * 1024;

/** Makes one request, or for tcp one connection, through the local port. Never rejects. */
export async function probe(protocol: ForwardProtocol, port: number, signal?: AbortSignal): Promise<ProbeResult> {
  return protocol === "tcp" ? await probeTcp(port) : await probeHttp(protocol, port, signal);
}

async function probeHttp(protocol: "http" | "https", port: number, signal?: AbortSignal): Promise<ProbeResult> {
  return await new Promise((resolve) => {
    const request = (protocol === "https" ? https : http).get({
      host: listenAddress,
      port,
      agent: false,
      // Whose certificate it is says nothing about whether the Pod answers.
      rejectUnauthorized: false,
      headers: { accept: "application/json", "user-agent": "init-pod (probe)" },
      timeout: requestTimeoutMs,
      signal,
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
    request.on("timeout", () => request.destroy(new Error(`no answer within ${requestTimeoutMs / 1000} s`)));
    request.on("error", (error: NodeJS.ErrnoException) => {
      const isForeign = error.code?.startsWith("HPE_") === true;
      const fix = 'set forward.protocol to "https" for TLS, or to "tcp" for anything else, as HTTP/2 without TLS';
      const message = isForeign ? `the answer is no HTTP/1 (${error.message}): ${fix}` : error.message;
      resolve({ kind: "failed", message });
    });
  });
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
