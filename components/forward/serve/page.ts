import { createHash } from "node:crypto";
import { type Step, stepMarks } from "../../cluster/report";
import { lookHeader, ownHeader } from "../../contract";
import type { Situation } from "./situation";

/** Seconds between two looks at a Pod that is not Ready. */
export const retrySeconds = 1;

/**
 * Asks again and again and shows what has changed, until it is the app that answers. Without scripts the browser reloads
 * the page instead.
 */
const script = `
const look = async () => {
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html", "${lookHeader}": "1" }, cache: "no-store" });
    if (!answer.headers.has("${ownHeader}")) return location.reload();
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = next.title;
    for (const part of ["status", "steps"]) {
      const [shown, fresh] = [document, next].map((page) => page.getElementById(part));
      if (shown.innerHTML !== fresh.innerHTML) shown.innerHTML = fresh.innerHTML;
    }
  } catch {
    document.getElementById("status").textContent = "The forwarder on this machine does not answer. Run pulumi up again.";
  }
  setTimeout(look, ${retrySeconds * 1000});
};
setTimeout(look, ${retrySeconds * 1000});
`;

const style = `
:root { color-scheme: light dark; --line: #8884; --soft: light-dark(#0009, #fff9); --done: light-dark(#0a7d33, #4cc777);
  --failed: light-dark(#c1121f, #ff7b72); --running: light-dark(#0b5fce, #79b8ff) }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 12vh auto; padding: 0 1.25rem }
h1 { font-size: 1.5rem; margin: 0 0 .25rem } p { margin: .25rem 0; overflow-wrap: anywhere }
ol { list-style: none; padding: 0; margin: 1.5rem 0; border: 1px solid var(--line); border-radius: .6rem }
li { padding: .6rem 1rem; display: grid; grid-template-columns: 1.5rem 1fr auto; gap: 0 .5rem }
li + li { border-top: 1px solid var(--line) } .soft, .time { color: var(--soft) } .time { font-variant-numeric: tabular-nums }
.done .mark { color: var(--done) } .failed .mark, .failed .text { color: var(--failed) } .running .mark { color: var(--running) }
pre { grid-column: 2 / -1; margin: .4rem 0 0; padding: .5rem .75rem; background: #8881; border-radius: .4rem; font-size: .8rem;
  white-space: pre-wrap; overflow-wrap: anywhere }
@media (prefers-reduced-motion: no-preference) { .running .mark { animation: pulse 1.6s infinite } @keyframes pulse { 50% { opacity: .3 } } }
`;

/** What the page may load and run: its own script and style, and requests to the forward that it came from. */
export const contentPolicy = [
  "default-src 'none'",
  "connect-src 'self'",
  `script-src '${hashOf(script)}'`,
  `style-src '${hashOf(style)}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The page for a person whose Pod is not Ready. It turns into the app by itself. */
export function page({ name, message, hint }: Situation, steps: readonly Step[]): string {
  const title = `${escapeHtml(name)} is not ready yet`;
  const list = steps.length === 0 ? "" : `\n<ol>\n${steps.map(item).join("\n")}\n</ol>\n`;
  const next = hint === undefined ? "" : `<p class="soft">${escapeHtml(hint)}</p>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<noscript><meta http-equiv="refresh" content="${retrySeconds}"></noscript>
<style>${style}</style>
<main>
<h1>${title}</h1>
<div id="status" role="status"><p>${escapeHtml(message)}</p>${next}</div>
<div id="steps">${list}</div>
<p class="soft">This page turns into the app by itself.</p>
</main>
<script>${script}</script>
</html>
`;
}

function item({ name, state, text, duration, log }: Step): string {
  const lines = log.length === 0 ? "" : `<pre>${log.map(escapeHtml).join("\n")}</pre>`;
  return (
    `<li class="${state}"><span class="mark" aria-hidden="true">${stepMarks[state]}</span>` +
    `<span>${escapeHtml(name)} <span class="text soft">${escapeHtml(text)}</span></span>` +
    `<span class="time">${escapeHtml(duration)}</span>${lines}</li>`
  );
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** Text as HTML content or attribute value. */
function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
