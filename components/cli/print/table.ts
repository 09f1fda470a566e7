import { stripVTControlCharacters } from "node:util";
import { lengthOf } from "../../text";

const gap = "  ";

/** Rows with their cells one below the other, a line each; nothing where that takes more than `width` columns. */
export function aligned(rows: readonly (readonly string[])[], width: number): string[] | undefined {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) => Math.max(...rows.map((row) => seen(row[column] ?? ""))));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0))
      .join(gap)
      .trimEnd(),
  );
  return lines.every((line) => seen(line) <= width) ? lines : undefined;
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - seen(text)));
}

/** Columns that a text takes, whatever its colours. */
function seen(text: string): number {
  return lengthOf(stripVTControlCharacters(text));
}
