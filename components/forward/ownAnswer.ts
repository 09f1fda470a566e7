import { isLocalHost, type HttpHead } from "./httpHead";

/** Why the forwarder answers instead of the Pod. */
export interface Situation {
  kind: "waiting" | "refused" | "forbidden" | "unreachable";
  /** Name of the InitPod. */
  name: string;
  /** One sentence. */
  message: string;
}

/** Header that tells an answer of the forwarder from one of the Pod. */
export const ownHeader = "x-init-pod";

const retrySeconds = 1;

/** The bytes of an HTTP/1.1 answer: a page for browsers, JSON where it is asked for, else one line. */
export function ownAnswer(situation: Situation, head: HttpHead | undefined): string {
  if (head !== undefined && !isLocalHost(head.host)) {
    return answer(
      "421 Misdirected Request",
      situation.kind,
      "text/plain; charset=utf-8",
      "Use http://127.0.0.1.\n",
      head,
    );
  }
  const status = "503 Service Unavailable";
  const accept = head?.accept ?? "";
  if (accept.includes("text/html"))
    return answer(status, situation.kind, "text/html; charset=utf-8", page(situation), head);
  if (accept.includes("json")) {
    const body = JSON.stringify({ state: situation.kind, name: situation.name, message: situation.message }) + "\n";
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
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options: nosniff",
    "Cross-Origin-Resource-Policy: same-origin",
    "Connection: close",
  ];
  return lines.join("\r\n") + "\r\n\r\n" + (head?.method === "HEAD" ? "" : body);
}

/** Reloads by itself, so it turns into the app as soon as that answers. */
function page({ name, message }: Situation): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="${retrySeconds}">
<title>${escapeHtml(name)} is not ready yet</title>
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1rem}</style>
<main>
<h1>${escapeHtml(name)} is not ready yet</h1>
<p role="status">${escapeHtml(message)}</p>
<p>This page turns into the app by itself.</p>
</main>
</html>
`;
}

/** Text as HTML content or attribute value. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
