import type { Outlook } from "./types";

const values: readonly string[] = ["from", "to", "what"];

/** With its values masked as a whole: of a secret that stands where a value is cut to be shown, a part would be left. */
export function masked(outlook: Outlook, mask: (text: string) => string): Outlook {
  return JSON.parse(JSON.stringify(outlook), (field, value: unknown) =>
    values.includes(field) && typeof value === "string" ? mask(value) : value,
  ) as Outlook;
}
