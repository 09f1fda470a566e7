import { parseArgs } from "node:util";
import { didYouMean, errorText } from "../../text";
import { allOptions, isVerb, optionsOf, type VerbName, verbs } from "./help";

/** What the user asked for. */
export interface Command {
  verb: VerbName;
  /** InitPods to work on, each as `NAME` or `NAMESPACE/NAME`; all where none is named. Of `preview-comment` a file. */
  names: string[];
  json: boolean;
  context?: string;
  namespace?: string;
  kubeconfig?: string;
  /** Of `logs`: the container. */
  step?: string;
  follow?: boolean;
  previous?: boolean;
}

/** The help of one verb. */
export interface HelpOn {
  helpOn: VerbName;
}

/** A command line that can't be understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Reads the command line.
 * @throws {UsageError} where it can't be understood.
 */
export function parseCommand(args: readonly string[]): Command | HelpOn | "help" | "version" {
  const { values, positionals } = parse(args);
  const asksHelp = positionals[0] === "help";
  const [verb, ...rest] = asksHelp && positionals.length < 3 ? positionals.slice(1) : positionals;
  if (verb === undefined && (values.help === true || asksHelp)) return "help";
  if (values.version === true) return "version";
  if (verb === undefined) throw new UsageError("No verb is given.");
  if (!isVerb(verb)) {
    const near = didYouMean(verb, Object.keys(verbs));
    throw new UsageError(`There is no verb "${verb}".${near === undefined ? "" : ` Did you mean ${near}?`}`);
  }
  if (values.help === true || asksHelp) return { helpOn: verb };
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(optionsOf(verb), name)) throw new UsageError(`${verb} has no option --${name}.`);
  }
  const { json, ...others } = values;
  const command = { verb, names: rest, json: json === true, ...others } as Command;
  return verb === "logs" ? ofLogs(command) : command;
}

function ofLogs(command: Command): Command {
  const [name, step, ...more] = command.names;
  if (name === undefined) throw new UsageError("logs needs the NAME of an InitPod.");
  if (more.length > 0) throw new UsageError("logs takes one NAME and one STEP.");
  if (command.follow === true && command.previous === true)
    throw new UsageError("--follow and --previous exclude each other: an earlier attempt has ended.");
  return { ...command, names: [name], ...(step === undefined ? {} : { step }) };
}

function parse(args: readonly string[]): {
  values: Record<string, string | boolean | undefined>;
  positionals: string[];
} {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: allOptions,
    });
  } catch (error) {
    throw new UsageError(errorText(error));
  }
}
