import type { Step } from "../../cluster/report";
import { listenAddress, ownHeader } from "../../contract";
import { type HttpHead, isLocalHost } from "./httpHead";
import { contentPolicy, page, retrySeconds } from "./page";
import type { Situation } from "./situation";

/** The bytes of an HTTP/1.1 answer: a page for browsers, JSON where it is asked for, else one line. */
export function ownAnswer(situation: Situation, head: HttpHead | undefined, steps: readonly Step[] = []): string {
  if (head !== undefined && !isLocalHost(head.host)) {
    return answer(
      "421 Misdirected Request",
      situation.kind,
      "text/plain; charset=utf-8",
      `Use http://${listenAddress}.\n`,
      head,
    );
  }
  const status = "503 Service Unavailable";
  const accept = head?.accept ?? "";
  if (accept.includes("text/html"))
    return answer(status, situation.kind, "text/html; charset=utf-8", page(situation, steps), head);
  if (accept.includes("json")) {
    const { kind: state, name, message, hint } = situation;
    const body = JSON.stringify({ state, name, message, hint, steps }) + "\n";
    return answer(status, situation.kind, "application/json", body, head);
  }
  return answer(status, situation.kind, "text/plain; charset=utf-8", `${situation.message}\n`, head);
}

function answer(status: string, kind: string, type: string, body: string, head: HttpHead | undefined): string {
  const lines = [
    `HTTP/1.1 ${status}`,
    `${ownHeader}: ${kind}`,
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Retry-After: ${retrySeconds}`,
    "Cache-Control: no-store",
    `Content-Security-Policy: ${contentPolicy}`,
    "X-Content-Type-Options: nosniff",
    "Cross-Origin-Resource-Policy: same-origin",
    "Connection: close",
  ];
  return lines.join("\r\n") + "\r\n\r\n" + (head?.method === "HEAD" ? "" : body);
}
