import { exitKind, isOutOfMemory } from "../../containers";
import type { TerminatedState } from "../../pods";

/** How an attempt ended, as an end of the sentence "It …", such as `failed with exit code 22`. No exit code is invented. */
export function endedHow(exit: TerminatedState): string {
  switch (exitKind(exit)) {
    case "neverRan":
      return "could not be started";
    case "lost":
      return "was lost from sight";
    case "restarted":
      return "restarts with the whole Pod";
    default:
      if (isOutOfMemory(exit)) return `ran out of memory (exit code ${exit.exitCode})`;
      return exit.exitCode === 0 ? "ended with exit code 0" : `failed with exit code ${exit.exitCode}`;
  }
}
