import { listenAddress, lookHeader } from "../../contract";

/** What an answer of the forwarder's own depends on. */
export interface HttpHead {
  method: string;
  /** Host header without the port, in lower case. */
  host: string;
  accept: string;
  /** Whether the forwarder's own page asks how the Pod is now. */
  isLook: boolean;
}

/** The head of an HTTP/1 request, `undefined` where the bytes are none or it has not come whole. */
export function parseHttpHead(bytes: Buffer): HttpHead | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [requestLine = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const method = /^([A-Z]{1,20}) \S+ HTTP\/1\.[01]$/.exec(requestLine)?.[1];
  if (method === undefined) return undefined;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const host = (headers.get("host") ?? "").toLowerCase().replace(/:\d+$/, "");
  return { method, host, accept: headers.get("accept") ?? "", isLook: headers.has(lookHeader) };
}

/** Whether bytes can still become the head of an HTTP/1 request. */
export function mayBeHttp(bytes: Buffer): boolean {
  return (
    /^[A-Z]{0,20}( |$)/.test(bytes.toString("latin1", 0, 21)) && !bytes.toString("latin1", 0, 6).startsWith("PRI *")
  );
}

/**
 * Whether a request was made to this machine by one of its own names. Any other means that a web page's own host name
 * was made to point here (DNS rebinding), and that page must learn nothing of the cluster.
 */
export function isLocalHost(host: string): boolean {
  return host === listenAddress || host === "localhost" || host.endsWith(".localhost") || host === "[::1]";
}

/** Whether bytes begin an HTTP/1 request. */
export function isRequest(bytes: Buffer): boolean {
  return parseHttpHead(bytes) !== undefined;
}

/** Whether bytes are one whole HTTP/1 request that changes nothing, so that it may be made twice (RFC 9110, 9.2.1). */
export function isSafeRequest(bytes: Buffer): boolean {
  const head = parseHttpHead(bytes);
  if (head === undefined || !/^(GET|HEAD|OPTIONS)$/.test(head.method)) return false;
  return bytes.indexOf("\r\n\r\n") === bytes.length - 4;
}
