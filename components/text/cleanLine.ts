import { stripVTControlCharacters } from "node:util";

/** A log line that can't steer a terminal: without escape sequences, control characters and invisible ones. */
export function cleanLine(line: string): string {
  const shown = line.replace(/\r+$/, "").split("\r").pop() ?? "";
  return (
    stripVTControlCharacters(shown)
      .replace(/\t/g, "    ")
      .replace(/[\n\u2028\u2029]/g, " ")
      // Cf: among others zero-width characters and those that reverse the direction of what follows.
      .replace(/[\p{Cc}\p{Cf}]/gu, "")
      // Pulumi's own colour directives: the engine would obey them, and crashes at one that it doesn't know.
      .replaceAll("<{%", "<{ %")
  );
}
