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

/** How a value that may be secret is shown. */
export const hiddenValue = "[hidden]";

/** A value as an error message shows it: one short line. */
export function shownValue(value: unknown): string {
  if (value === undefined) return "";
  // A function or a symbol has no JSON.
  const text = (JSON.stringify(value) as string | undefined) ?? typeof value;
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
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
