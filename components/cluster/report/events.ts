import { cleanLine, formatDuration, millisecondsBetween } from "../../text";
import { lastSeenMs, type PodEvent } from "../pods";
import { readableMessage } from "./readableMessage";

const maxEvents = 3;
/** What the table of attempts tells already, and what says no more than a reason does. */
const empty = /^(Back-off restarting failed container.*|Error: \w+)$/;

/** The latest warnings of a Pod, each once and on a line, without what the headline tells already. */
export function failureEvents(
  events: readonly PodEvent[],
  headline: string | undefined,
  mask: (text: string) => string,
  now: Date | undefined,
): string[] {
  const byText = new Map<string, { event: PodEvent; count: number }>();
  const warnings = events.filter(({ type, message = "" }) => type === "Warning" && isNews(message, headline));
  for (const event of warnings.sort((a, b) => lastSeenMs(b) - lastSeenMs(a))) {
    const key = `${event.reason ?? ""} ${event.message ?? ""}`;
    const known = byText.get(key);
    if (known === undefined) byText.set(key, { event, count: event.count ?? 1 });
    else known.count += event.count ?? 1;
  }
  return [...byText.values()].slice(0, maxEvents).flatMap(({ event, count }) => {
    const times = count > 1 ? ` ×${count}` : "";
    const ms = millisecondsBetween(event.lastTimestamp ?? event.eventTime, now);
    const age = ms === undefined ? "" : ` (${formatDuration(ms)} ago)`;
    const text = `${event.reason ?? "Warning"}${times}${age}: ${readableMessage(event.message)}`;
    return mask(cleanLine(text));
  });
}

function isNews(message: string, headline: string | undefined): boolean {
  const core = readableMessage(message).replace(/^(Error|Failed to pull image "[^"]*"): /, "");
  return !empty.test(message) && !readableMessage(headline).includes(core);
}
