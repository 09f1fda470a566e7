import { cleanLine, wrap } from "../../text";
import { type ForwardOutcome, type Stopped, titleOf } from "../verbs";
import { indented, type Paint } from "./paint";
import { aligned } from "./table";

/** What `forward` did, for people. */
export function forwardText(outcomes: readonly ForwardOutcome[], context: string, width: number, paint: Paint): string {
  if (outcomes.length === 0) return `No InitPod with a URL in context ${context}.\n`;
  const words = {
    answers: paint("green", "answers"),
    waits: paint("yellow", "waits for its Pod"),
    failed: paint("red", "failed"),
  };
  const lines = rowsOf(
    outcomes.map((outcome) => [outcome.url || "no URL", titleOf(outcome), words[outcome.state]]),
    width,
  );
  return outcomes
    .flatMap(({ message = "" }, index) => [lines[index] ?? "", ...indented(wrap(cleanLine(message), width - 2), 2)])
    .map((line) => `${line}\n`)
    .join("");
}

/** What `stop` did, for people. */
export function stopText(stopped: readonly Stopped[], width: number): string {
  if (stopped.length === 0) return "No forward on this machine.\n";
  const lines = rowsOf(
    stopped.map((one) => [one.url, titleOf(one), "stopped"]),
    width,
  );
  return lines.map((line) => `${line}\n`).join("");
}

function rowsOf(rows: readonly (readonly string[])[], width: number): string[] {
  return aligned(rows, width) ?? rows.map((row) => row.join("  "));
}
