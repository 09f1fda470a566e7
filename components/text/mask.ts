import { cleanLine } from "./cleanLine";

/** Shorter values would blank ordinary words, and a secret of this length protects nothing. */
const shortestSecret = 4;
/** A part of a secret, or a form of it, that is shorter than this occurs by chance. */
const shortestPart = 8;

const mark = "[secret]";

/**
 * Replaces known secret values in a text, and the forms in which programs show them: line by line, JSON-escaped,
 * URL-encoded, and in base64, also in the middle of a longer value as in a header of Basic authentication.
 */
export function masker(secrets: readonly string[]): (text: string) => string {
  const values = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length);
  if (values.length === 0) return (text) => text;
  return (text) => {
    const spans = values.flatMap((value) => spansOf(text, value));
    return spans.length === 0 ? text : cover(text, spans);
  };
}

function formsOf(secret: string): string[] {
  const value = secret.trim();
  if (value.length < shortestSecret) return [];
  const lines = value
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== value && line.length >= shortestPart && !/^-----(BEGIN|END) [A-Z ]+-----$/.test(line));
  return [value, ...lines].flatMap((part) => [
    part,
    ...[cleanLine(part), ...escapedForms(part), ...base64Forms(part)].filter(
      (form) => form !== part && form.length >= Math.min(shortestPart, part.length),
    ),
    // With its line end, as `echo` hands it to an encoder, or as it was given.
    ...(part === value && secret !== value ? base64Forms(secret) : []),
  ]);
}

function escapedForms(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const url = encodeURIComponent(Buffer.from(value).toString());
  return [
    json,
    json.replaceAll("/", "\\/"),
    url,
    url.replaceAll("%20", "+"),
    url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    // Slashes stay as they are in a path.
    url.replaceAll("%2F", "/"),
  ];
}

/**
 * The base64 of `value`, and what is the same in the base64 of any text that contains it: three bytes make four
 * characters, so it depends on where in such a group the value starts.
 */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  const shifted = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const ownFrom = shift === 0 ? 0 : shift + 1;
    // The last character may share its bits with what follows.
    const ownTo = (bytes.length + shift) % 3 === 0 ? encoded.length : encoded.length - 1;
    return encoded.slice(ownFrom, ownTo);
  });
  return [bytes.toString("base64"), ...shifted]
    .filter((form) => form.length >= shortestPart)
    .flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}

type Span = [from: number, to: number];

function spansOf(text: string, value: string): Span[] {
  const spans: Span[] = [];
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) spans.push([at, at + value.length]);
  return spans;
}

/** Secrets may overlap, so each stretch that any of them covers gets one mark. */
function cover(text: string, spans: Span[]): string {
  let masked = "";
  let end = 0;
  for (const [from, to] of spans.sort(([a], [b]) => a - b)) {
    if (from >= end) masked += text.slice(end, from) + mark;
    end = Math.max(end, to);
  }
  return masked + text.slice(end);
}
