import { stripVTControlCharacters } from "node:util";

const gap = "  ";

/**
 * Rows as aligned columns; where they are wider than `width`, as one block of lines per row. Columns that are empty in all
 * rows are left out.
 */
export function table(rows: readonly Record<string, string>[], width: number, withHead = true): string {
  const columns = Object.keys(rows[0] ?? {}).filter((column) => rows.some((row) => row[column] !== ""));
  const head = Object.fromEntries(columns.map((column) => [column, column.toUpperCase()]));
  const lines = withHead ? [head, ...rows] : rows;
  const widths = columns.map((column) => Math.max(...lines.map((row) => visible(row[column] ?? ""))));
  const total = widths.reduce((sum, one) => sum + one + gap.length, -gap.length);
  if (total <= width) {
    return lines
      .map((row) =>
        columns
          .map((column, index) => pad(row[column] ?? "", widths[index] ?? 0))
          .join(gap)
          .trimEnd(),
      )
      .join("\n");
  }
  const label = Math.max(0, ...columns.map((column) => column.length));
  return rows
    .map((row) =>
      columns
        .filter((column) => row[column] !== "")
        .map((column) => `${column.padEnd(label)}${gap}${row[column] ?? ""}`)
        .join("\n"),
    )
    .join("\n\n");
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - visible(text)));
}

function visible(text: string): number {
  return stripVTControlCharacters(text).length;
}
