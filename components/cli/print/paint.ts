import { styleText } from "node:util";

export type Style = Parameters<typeof styleText>[0];

/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** Colours where they are wanted: on a terminal that knows them, and not under `NO_COLOR`. */
export const paintFor =
  (stream: NodeJS.WriteStream): Paint =>
  (style, text) =>
    text === "" ? "" : styleText(style, text, { stream });

/** Lines with blanks before each. */
export function indented(lines: readonly string[], columns: number): string[] {
  return lines.map((line) => " ".repeat(columns) + line);
}
