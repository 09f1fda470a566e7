import { cleanLine } from "../../text";
import { exitKind } from "../containers";
import type { TerminatedState } from "../pods";

/** Of one container, whose last words may be pages. */
const mostLines = 20;

/**
 * What a container that ended left in its termination file, a line each; kubelet keeps it in the Pod's status. Where it left
 * nothing there, that may be the end of its log instead.
 * Source: https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
 */
export function lastWords(exit: TerminatedState | undefined, mask: (text: string) => string): string[] {
  if (exit === undefined || exitKind(exit) !== "own") return [];
  return (exit.message ?? "")
    .split("\n")
    .flatMap((line) => mask(cleanLine(line)).trimEnd() || [])
    .slice(-mostLines);
}

/** Whether all of `part` stands in `whole`, in one piece; its first line may lack its beginning, as what is kept is limited in bytes. */
export function isWithin(part: readonly string[], whole: readonly string[]): boolean {
  const lines = whole.map((line) => line.trimEnd()).filter((line) => line !== "");
  const wanted = part.map((line) => line.trimEnd()).filter((line) => line !== "");
  return lines.some((_, from) =>
    wanted.every((line, at) => {
      const found = lines[from + at];
      return found !== undefined && (found === line || (at === 0 && found.endsWith(line)) || isCutFrom(line, found));
    }),
  );
}

/** Of either, a very long line is shown without its end. */
function isCutFrom(one: string, other: string): boolean {
  const startsAs = (cut: string, line: string): boolean => cut.endsWith("…") && line.startsWith(cut.slice(0, -1));
  return startsAs(one, other) || startsAs(other, one);
}
