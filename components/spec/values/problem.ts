import * as pulumi from "@pulumi/pulumi";

/** One thing that is wrong with the arguments. */
export interface Problem {
  /** Where, as one writes it: init[0].download.url. */
  field: string;
  /** The value as shown to the user; hidden where it may be secret, empty where there is none. */
  value: string;
  /** What is wrong and how to put it right. */
  fix: string;
}

/** Longest value that is shown; the rest says nothing that the field's name doesn't. */
const longestShown = 80;

/** In an address: a user of HTTP, which is often a key, and any user with a password. */
const credentials = /(https?:\/\/)[^\s/@]*@|(\/\/)[^\s/@:]*:[^\s/@]*@/gi;

/** How a value that may be secret is shown. */
export const hiddenValue = "[hidden]";

/** A value as an error message shows it: one short line, whatever it is. */
export function shownValue(value: unknown): string {
  if (value === undefined) return "";
  const text = asText(value).replace(credentials, "$1$2…@");
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

function asText(value: unknown): string {
  const word = wordFor(value);
  if (word !== undefined) return word;
  try {
    return JSON.stringify(value, function (this: unknown, key: string, inner: unknown): unknown {
      // What it was before its own toJSON.
      const original = (this as Record<string, unknown>)[key];
      return wordFor(original) ?? inner;
    });
  } catch {
    // It contains itself.
    return Array.isArray(value) ? "a list" : "an object";
  }
}

/** What stands for a value that has no JSON; undefined where it has one. */
function wordFor(value: unknown): string | undefined {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  if (pulumi.Output.isInstance(value)) return "an Output";
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { constructor } = value as { constructor?: unknown };
  return typeof constructor !== "function" || constructor.name === "Object" ? undefined : `a ${constructor.name}`;
}

/**
 * All problems of the InitPod `name`, at least one, as one text: a headline, then field, value and fix of each on a
 * line.
 */
export function formatProblems(name: string, problems: Problem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [
    `InitPod "${name}": ${count} in its arguments`,
    ...problems.map((problem) => `  ${problemLine(problem)}`),
  ].join("\n");
}

/** One problem as one line: field, value and fix. */
export function problemLine({ field, value, fix }: Problem): string {
  return value === "" ? `${field}: ${fix}` : `${field} = ${value}: ${fix}`;
}

/** An address without what may be a key: its query and its user. */
export function shownUrl(value: unknown): string {
  return JSON.stringify(
    String(value)
      .replace(/[?#].*$/s, "?…")
      .replace(/\/\/[^/]*@/, "//…@"),
  );
}
