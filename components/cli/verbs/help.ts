import { wrap } from "../../text";

/** An option, as `--help` shows it and `parseArgs` takes it. */
interface Option {
  type: "boolean" | "string";
  short?: string;
  /** Of its value. */
  value?: string;
  does: string;
}

/** What `--help` tells of a verb. */
interface Verb {
  /** What follows it on the command line. */
  takes: string;
  /** In the list of verbs: no line is longer than 60 characters. */
  does: readonly string[];
  /** What there is to know beyond that. */
  more?: string;
  /** Whether it works on no InitPod of a cluster. */
  isWithoutCluster?: boolean;
  /** Beside those that all verbs take. */
  options?: Readonly<Record<string, Option>>;
  examples: readonly string[];
  exits: Readonly<Record<number, string>>;
}

const well = "all is well";
const wrongUsage = "wrong usage";

/** All verbs: a new one is one entry. */
export const verbs = {
  status: {
    takes: "[NAME...]",
    does: [
      "InitPods of the cluster, their init steps and the ends of their",
      "logs, the URLs that lead to them, and what to do next",
    ],
    examples: ["npx init-pod status", "npx init-pod status shop/web --json"],
    exits: {
      0: well,
      1: "failed: no such InitPod, or the cluster can't be read",
      2: wrongUsage,
      3: "an InitPod is not Ready, or a forward does not work",
    },
  },
  logs: {
    takes: "NAME [STEP]",
    does: ["logs of an InitPod's init steps, every attempt that there still", "is, or of one step or the app"],
    more:
      "Secrets that the steps were given are masked. Where they can't be read, the logs are withheld, and the command " +
      "is named that shows them as they are.",
    options: {
      follow: { type: "boolean", short: "f", does: "until the Pod is Ready or has failed" },
      previous: { type: "boolean", does: "only the attempt before the current one" },
    },
    examples: [
      "npx init-pod logs web",
      "npx init-pod logs web migrate --follow",
      "npx init-pod logs web --json | jq -r .text",
    ],
    exits: {
      0: well,
      1: "failed: no such InitPod or step, the cluster or the logs can't be read, the logs are withheld",
      2: wrongUsage,
      3: "with --follow: the Pod has failed, or is gone",
      130: "ended by Ctrl-C",
    },
  },
  forward: {
    takes: "[NAME...]",
    does: ["makes the URLs of InitPods answer on this machine, also where it", "never ran pulumi up"],
    examples: ["npx init-pod forward", "npx init-pod forward web --context staging"],
    exits: {
      0: well,
      1: "failed: no such InitPod, the cluster can't be read, a URL can't be forwarded",
      2: wrongUsage,
    },
  },
  stop: {
    takes: "[NAME...]",
    does: ["ends forwards on this machine"],
    examples: ["npx init-pod stop", "npx init-pod stop shop/web"],
    exits: { 0: well, 1: "failed: no such forward on this machine", 2: wrongUsage },
  },
  "preview-comment": {
    takes: "[FILE]",
    isWithoutCluster: true,
    does: ["makes a preview a comment in Markdown for a pull request"],
    more:
      "It reads what pulumi preview --json --show-replacement-steps writes, from FILE or standard input, and writes to " +
      "standard output.",
    examples: [
      "pulumi preview --json --show-replacement-steps | npx init-pod preview-comment",
      "npx init-pod preview-comment preview.json > comment.md",
    ],
    exits: {
      0: "a comment is written, also of a preview that failed",
      1: "failed: what is read is no preview",
      2: wrongUsage,
    },
  },
} satisfies Record<string, Verb>;

export type VerbName = keyof typeof verbs;

/** Options of the verbs that work on a cluster. */
const clusterOptions = {
  context: { type: "string", value: "NAME", does: "context of the kubeconfig (default: its current one)" },
  namespace: { type: "string", short: "n", value: "NS", does: "only this namespace (default: all that you may read)" },
  kubeconfig: { type: "string", value: "PATH", does: "default: $KUBECONFIG, else ~/.kube/config" },
} as const satisfies Record<string, Option>;

/** Options that all verbs take. */
const commonOptions = {
  json: { type: "boolean", does: "for programs" },
  help: { type: "boolean", short: "h", does: "this text; of one verb after its name" },
  version: { type: "boolean", does: "version of this command" },
} as const satisfies Record<string, Option>;

/** Options of any verb. */
export const allOptions = {
  ...clusterOptions,
  ...commonOptions,
  ...(Object.assign({}, ...Object.values<Verb>(verbs).map(({ options }) => options)) as Record<string, Option>),
};

/** Options that a verb takes. */
export function optionsOf(verb: VerbName): Readonly<Record<string, Option>> {
  const { options, isWithoutCluster = false }: Verb = verbs[verb];
  return { ...options, ...(isWithoutCluster ? {} : clusterOptions), ...commonOptions };
}

export function isVerb(name: string): name is VerbName {
  return Object.hasOwn(verbs, name);
}

const names = "A NAME is that of an InitPod, or NAMESPACE/NAME";

/** Text of `--help`. */
export const usage = `Usage: init-pod VERB [NAME...] [options]

${Object.entries<Verb>(verbs)
  .flatMap(([name, { does }]) => does.map((line, at) => `  ${(at === 0 ? name : "").padEnd(17)}${line}`))
  .join("\n")}

${names}; without any, all are meant.
More of a verb: init-pod VERB --help

Options:
${optionLines({ ...clusterOptions, ...commonOptions })}

Exit codes:
${exitLines({
  0: well,
  1: "failed: no such InitPod, the cluster can't be read, a URL can't be forwarded, logs can't be shown, no preview is read",
  2: wrongUsage,
  3: "status, logs --follow: an InitPod is not Ready, or a forward does not work",
})}
`;

/** Text of `VERB --help`. */
export function helpOf(name: VerbName): string {
  const { takes, isWithoutCluster, does, more, examples, exits }: Verb = verbs[name];
  const what = does.join(" ");
  const text = `${what.charAt(0).toUpperCase()}${what.slice(1)}.${more === undefined ? "" : ` ${more}`}${isWithoutCluster === true ? "" : ` ${names}.`}`;
  return `Usage: init-pod ${name} ${takes} [options]

${wrap(text, 76).join("\n")}

Options:
${optionLines(optionsOf(name))}

Examples:
${examples.map((line) => `  ${line}`).join("\n")}

Exit codes:
${exitLines(exits)}
`;
}

function optionLines(options: Readonly<Record<string, Option>>): string {
  return Object.entries(options)
    .map(([name, { short, value, does }]) => {
      const flag = `${short === undefined ? "" : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`;
      return `  ${flag.padEnd(18)}  ${does}`;
    })
    .join("\n");
}

function exitLines(exits: Readonly<Record<number, string>>): string {
  return Object.entries(exits)
    .flatMap(([code, means]) => wrap(means, 70).map((line, at) => `  ${(at === 0 ? code : "").padEnd(4)}${line}`))
    .join("\n");
}
