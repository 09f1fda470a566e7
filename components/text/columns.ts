/** Splits `text` into lines of at most `width` characters at its spaces; words that are longer are broken. */
export function wrap(text: string, width: number, maxLines = Infinity): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text
    .split(/\s+/)
    .filter(Boolean)
    .flatMap((whole) => pieces(whole, width))) {
    if (line === "") line = word;
    else if (lengthOf(line) + 1 + lengthOf(word) <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  if (line !== "") lines.push(line);
  if (lines.length <= maxLines) return lines;
  return [...lines.slice(0, maxLines - 1), cut(lines.slice(maxLines - 1).join(" "), width)];
}

/** `text`, with its end replaced by an ellipsis where it is longer than `width`. */
export function cut(text: string, width: number): string {
  // More of a long text makes no difference, and each character takes its room.
  const first = charactersOf(text.slice(0, 2 * width + 2));
  if (first.length <= width) return text;
  return `${first
    .slice(0, width - 1)
    .join("")
    .trimEnd()}…`;
}

export function lengthOf(text: string): number {
  return charactersOf(text).length;
}

/** Code points: a terminal shows most of them in one column. */
function charactersOf(text: string): string[] {
  return Array.from(text);
}

function pieces(word: string, width: number): string[] {
  const characters = charactersOf(word);
  if (characters.length <= width) return [word];
  const parts: string[] = [];
  for (let at = 0; at < characters.length; at += width) parts.push(characters.slice(at, at + width).join(""));
  return parts;
}
