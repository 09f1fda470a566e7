import type { Diagnostic } from "./parse";

/** What was found of an InitPod otherwise. */
interface Found {
  urn: string;
  name: string;
  /** URN of its Pod; undefined where that stays. */
  pod?: string;
  steps?: readonly string[];
  downtime?: boolean;
}

/** What init-pod itself says of an InitPod in a preview. */
export interface Told {
  /** What becomes of it and why, in words; undefined where nothing is said. */
  words?: string;
  /** What is said of its Pod besides. */
  notices: string[];
}

export function toldOf(diagnostics: readonly Diagnostic[], found: Found): Told {
  const { urn, name, pod } = found;
  const infos = diagnostics.filter(({ severity }) => severity === "info");
  const prefix = `${name}: `;
  const words = infos.find((info) => info.urn === urn && info.message.startsWith(prefix))?.message;
  return {
    words: words === undefined ? undefined : withoutRepeated(words.slice(prefix.length), found),
    notices: pod === undefined ? [] : infos.filter((info) => info.urn === pod).map(({ message }) => message),
  };
}

/** `words` without the sentences that say what stands beside them word for word. */
function withoutRepeated(words: string, { steps = [], downtime }: Found): string {
  const repeated = [
    ...["Runs", "Runs again"].map((verb) => `${verb}: ${steps.join(", ")}.`),
    "No step runs again.",
    ...(downtime === false
      ? ["serves", "runs"].map((verb) => `The old Pod ${verb} until the new one is Ready: no downtime.`)
      : []),
  ];
  const left = repeated.reduce((text, sentence) => text.replace(` ${sentence}`, ""), ` ${words}`).trim();
  return left === "" ? words : left;
}
