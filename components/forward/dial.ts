import type { IncomingMessage } from "node:http";
import WebSocket from "ws";
import type { AuthorizedOptions } from "../cluster/client";
import { DialError } from "./errors";

/** A port of a Pod. */
export interface DialTarget {
  namespace: string;
  pod: string;
  port: number;
}

const dialTimeoutMs = 10_000;
/** For the other side's part of a close. Spread, as the types of ws don't know it yet. */
const closing = { closeTimeout: 2_000 };
/** More than the API server puts into one frame (32 KiB), and a bound for what a broken one could make us keep. */
const largestFrame = 4 * 1024 * 1024;
/** Of an error answer. */
const longestBody = 4_096;

/**
 * Opens a port-forward WebSocket to a Pod. It comes paused, so that nothing is lost before a reader is attached.
 * @throws {DialError} where it is refused, or nothing answers in time.
 */
export async function dialPod(server: string, target: DialTarget, authorized: AuthorizedOptions): Promise<WebSocket> {
  const { namespace, pod, port } = target;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/portforward`;
  const url = `${server.replace(/^http/, "ws")}${path}?ports=${port}`;
  const socket = new WebSocket(url, ["v4.channel.k8s.io"], {
    ...authorized,
    ...closing,
    perMessageDeflate: false,
    skipUTF8Validation: true,
    handshakeTimeout: dialTimeoutMs,
    maxPayload: largestFrame,
  });
  return await new Promise((resolve, reject) => {
    socket.on("error", (error) => reject(new DialError(error.message)));
    socket.once("unexpected-response", (_request, response) => {
      void readStart(response).then((body) => {
        reject(refusal(response.statusCode ?? 0, body));
        socket.terminate();
      });
    });
    socket.once("open", () => {
      socket.pause();
      resolve(socket);
    });
  });
}

async function readStart(response: IncomingMessage): Promise<string> {
  let body = "";
  try {
    response.setTimeout(dialTimeoutMs, () => response.destroy());
    for await (const chunk of response.setEncoding("utf8")) {
      body += chunk as string;
      if (body.length > longestBody) break;
    }
  } catch {
    // The status tells enough.
  }
  return body;
}

function refusal(status: number, body: string): DialError {
  let message = body.trim();
  try {
    message = (JSON.parse(body) as { message?: string }).message ?? message;
  } catch {
    // Not a Kubernetes Status object: a proxy's page, say.
  }
  if (status === 403) {
    return new DialError(
      `The cluster forbids port-forwarding: it takes the verbs get and create on pods/portforward. (${message})`,
      status,
    );
  }
  return new DialError(message.slice(0, 300) || `The API server answered with status ${status}`, status);
}
