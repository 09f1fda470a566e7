/** What an error says. Node reports a refused connection to a name with two addresses as an AggregateError without a text. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(errorText))].join("; ");
  if (!(error instanceof Error)) return String(error);
  const text = error.message.trim();
  return text === "" ? ((error as NodeJS.ErrnoException).code ?? error.name) : text;
}
