import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { Duplex } from "node:stream";
import type { AuthorizedOptions } from "../../cluster/api";
import { within } from "../../time";
import { DialError } from "./errors";

/** A Pod, as the API server's `portforward` knows it. */
export interface DialTarget {
  namespace: string;
  pod: string;
}

export const dialTimeoutMs = 10_000;
/** Of an error answer. */
const longestBody = 4_096;

/**
 * Upgrades a request to a connection to the node of a Pod, on which SPDY is spoken.
 * @throws {DialError} where it is refused, or nothing answers in time.
 */
export async function dialSpdy(server: string, target: DialTarget, authorized: AuthorizedOptions): Promise<Duplex> {
  const url = portForwardUrl(server, target);
  const request = (url.protocol === "https:" ? https : http).request(url, {
    ...authorized,
    method: "POST",
    headers: {
      ...authorized.headers,
      "user-agent": "init-pod",
      connection: "Upgrade",
      upgrade: "SPDY/3.1",
      "x-stream-protocol-version": "portforward.k8s.io",
    },
  });
  const upgraded = new Promise<Duplex>((resolve, reject) => {
    request.on("error", (error) => reject(new DialError(error.message)));
    request.on("response", (response) => {
      void refusal(response).then((error) => {
        reject(error);
        request.destroy();
      });
    });
    request.on("upgrade", (_response, socket, first) => {
      socket.setNoDelay(true);
      if (first.length > 0) socket.unshift(first);
      resolve(socket);
    });
  });
  request.end();
  return await within(dialTimeoutMs, upgraded, () => {
    request.destroy(new Error(`no answer within ${dialTimeoutMs / 1000} s`));
    return upgraded;
  });
}

export function portForwardUrl(server: string, { namespace, pod }: DialTarget): URL {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/portforward`;
  return new URL(server + path);
}

/** What a refused upgrade says. */
export async function refusal(response: IncomingMessage): Promise<DialError> {
  const status = response.statusCode ?? 0;
  const body = await readStart(response);
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
