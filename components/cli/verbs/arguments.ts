import { parseArgs } from "node:util";
import { errorText } from "../../text";

/** What the user asked for. */
export interface Command {
  verb: "status" | "forward" | "stop" | "preview-comment";
  /** InitPods to work on, each as `NAME` or `NAMESPACE/NAME`; all where none is named. Of `preview-comment` a file. */
  names: string[];
  json: boolean;
  context?: string;
  namespace?: string;
  kubeconfig?: string;
}

/** A command line that can't be understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Text of `--help`. */
export const usage = `Usage: init-pod VERB [NAME...] [options]

  status    InitPods of the cluster, their init steps and the ends of their
            logs, the URLs that lead to them, and what to do next
  forward   makes the URLs of InitPods answer on this machine, also where it
            never ran pulumi up
  stop      ends forwards on this machine
  preview-comment [FILE]
            reads what pulumi preview --json --show-replacement-steps writes,
            from FILE or standard input, and writes a comment in Markdown for
            a pull request

A NAME is that of an InitPod, or NAMESPACE/NAME; without any, all are meant.

Options:
  --context NAME      context of the kubeconfig (default: its current one)
  -n, --namespace NS  only this namespace (default: all that you may read)
  --kubeconfig PATH   default: $KUBECONFIG, else ~/.kube/config
  --json              for programs
  -h, --help          this text
  --version           version of this command

Exit codes:
  0  all is well
  1  failed: no such InitPod, the cluster can't be read, a URL can't be
     forwarded, or what is read is no preview
  2  wrong usage
  3  status only: an InitPod is not Ready, or a forward does not work
`;

const verbs: readonly string[] = ["status", "forward", "stop", "preview-comment"];

/**
 * Reads the command line.
 * @throws {UsageError} where it can't be understood.
 */
export function parseCommand(args: readonly string[]): Command | "help" | "version" {
  const { values, positionals } = parse(args);
  if (values.help || (positionals[0] === "help" && positionals.length === 1)) return "help";
  if (values.version) return "version";
  const [verb, ...names] = positionals;
  if (verb === undefined) throw new UsageError("No verb is given.");
  if (!verbs.includes(verb)) throw new UsageError(`There is no verb "${verb}".`);
  const { json, context, namespace, kubeconfig } = values;
  return { verb: verb as Command["verb"], names, json: json === true, context, namespace, kubeconfig };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        context: { type: "string" },
        namespace: { type: "string", short: "n" },
        kubeconfig: { type: "string" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
      },
    });
  } catch (error) {
    throw new UsageError(errorText(error));
  }
}
