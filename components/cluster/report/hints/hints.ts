import type { FailureFacts } from "../facts";
import {
  containerPatch,
  hasNoToken,
  hasReadOnlyRoot,
  isRestrictedByDefault,
  isUnprivileged,
  lacks,
  mayGainNothing,
  mountOf,
  tokenFolder,
  userOf,
} from "./inForce";
import type { Advice } from "./types";

/** What a program says or does where something is missing that InitPod's defaults take away. */
interface Hint {
  /** In a line of its log. */
  readonly log: RegExp;
  /** In its command, arguments included: only what names the missing thing itself. */
  readonly command?: RegExp;
  /** Whether the thing is missing in this container, and `line` is about it. */
  readonly holds: (facts: FailureFacts, line: string) => boolean;
  /** In half a sentence, with the argument that gives it back. */
  readonly brief: (facts: FailureFacts, line: string) => string;
  readonly advice: (facts: FailureFacts, line: string) => Advice[];
}

/** Known by the lines of a log or the command of a container; one about a default only where that is in force on it. */
const hints: readonly Hint[] = [
  {
    log: /\bexec format error\b|cannot execute binary file|wrong ELF class/i,
    holds: () => true,
    brief: (facts) => `a program of ${imageOf(facts)} is built for another CPU than the node's`,
    advice: (facts) => [
      {
        text:
          `A program of ${imageOf(facts)}, or one that was downloaded, is built for another CPU than the node's, or is a ` +
          'script without a "#!" line. What the nodes have:',
        command: "kubectl get nodes -L kubernetes.io/arch",
      },
    ],
  },
  {
    log: /\/run\/secrets\/kubernetes\.io\/serviceaccount|in-cluster config|service token file does not exist|connection to the server localhost:8080 was refused/i,
    command: /\/run\/secrets\/kubernetes\.io\/serviceaccount/,
    holds: hasNoToken,
    brief: () => "it looks for a service account's token, which is not mounted: podSpec.automountServiceAccountToken",
    advice: () => [
      {
        text: `No service account's token is mounted by default (${tokenFolder}). For a program that asks the API server:`,
        command: "podSpec: { automountServiceAccountToken: true }",
      },
    ],
  },
  {
    log: /\b(?!KUBERNETES_)[A-Z][A-Z0-9_]*_SERVICE_(HOST|PORT)\b.*([Nn]ot (set|defined|found)|unset|unbound|undefined|missing|required|empty)|KeyError.*_SERVICE_(HOST|PORT)\b/,
    command: /\$\{?(?!KUBERNETES_)[A-Z][A-Z0-9_]*_SERVICE_(HOST|PORT)\b/,
    holds: lacksServiceLink,
    brief: () => "it reads a Service's address from its environment, which has none: podSpec.enableServiceLinks",
    advice: () => [
      {
        text: "Services are not listed in the environment by default. Use the Service's DNS name, or list them:",
        command: "podSpec: { enableServiceLinks: true }",
      },
    ],
  },
  {
    log: /\bsudo: .*(no new privileges|effective uid is not 0|setuid root|must be owned by uid 0)|\bsu: must be suid/i,
    holds: mayGainNothing,
    brief: () => "no program may gain rights here, sudo and su neither: leave them out",
    advice: (facts) => [
      {
        text: "By default no program may gain rights, so sudo and su can't work: leave them out, or let it run as root:",
        command: rootCommand(facts),
      },
    ],
  },
  {
    log: /\b(bind|listen)\b.*(permission denied|EACCES|errno 13)|(permission denied|EACCES).*\b(bind|listen)/i,
    holds: (facts, line) => isUnprivileged(facts) && lacks(facts, "NET_BIND_SERVICE") && isLowPort(line),
    brief: () => "a port below 1024 is root's: let it listen on one above",
    advice: ({ podSpec }) => [
      {
        text: "A port below 1024 is root's, and it doesn't run as root. Let it listen on another one",
        ...(podSpec?.hostNetwork === true
          ? {}
          : {
              command:
                'podSpec: { securityContext: { sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }] } }',
            }),
      },
    ],
  },
  {
    log: /\b(ping|ping6|arping)\b.*(operation not permitted|permission denied|are you root)/i,
    holds: (facts) => lacks(facts, "NET_RAW"),
    brief: () => "ping needs the capability NET_RAW, which is dropped: test the port instead",
    advice: () => [
      {
        text: "ping needs the capability NET_RAW, which is dropped by default: test the port instead, with nc -z HOST PORT.",
      },
    ],
  },
  {
    log: /\b(chown|chgrp|setgroups|setgid|setuid|seteuid|setegid|setresuid|initgroups|failed switching to)\b.*(operation not permitted|EPERM|permission denied)/i,
    holds: (facts) => isUnprivileged(facts) || lacks(facts, "CHOWN") || lacks(facts, "SETGID"),
    brief: () => "only root may change owners and users: leave that out",
    advice: (facts) => [
      {
        text:
          "Only root may give files to another user or become one, and by default nothing runs as root: leave that out" +
          (facts.podSpec?.securityContext?.fsGroup === undefined
            ? ", or let it run as root:"
            : " (the Pod's volumes are its group's, by fsGroup), or let it run as root:"),
        command: rootCommand(facts),
      },
    ],
  },
  {
    log: /unknown (uid|userid|user ?id)\b|cannot find name for user id|no user exists for uid|uid not found|could not look up effective user id|uv_os_get_passwd|no matching entries in passwd|I have no name!/i,
    holds: isUnprivileged,
    brief: (facts) => `user ${userOf(facts) ?? ""} has no name in its image: podSpec.securityContext.runAsUser`,
    advice: (facts) => [
      {
        text: `User ${userOf(facts) ?? ""} has no entry in /etc/passwd of ${imageOf(facts)}. Name one that has:`,
        command: containerPatch(facts, "securityContext: { runAsUser: 1000 }"),
      },
      ...(isRestrictedByDefault(facts)
        ? [{ text: "or let the image name it, as long as it isn't root:", command: 'security: "restricted-no-ids"' }]
        : []),
    ],
  },
  {
    log: /read-only file ?system|EROFS/i,
    holds: (facts, line) => {
      const mount = mountOf(facts, pathIn(line));
      return mount === undefined ? hasReadOnlyRoot(facts) : mount.readOnly === true;
    },
    brief: () => "it writes to a read-only file system: write to /tmp or to a volume",
    advice: ofReadOnly,
  },
  {
    log: /permission denied|operation not permitted|EACCES|EPERM/i,
    holds: isUnprivileged,
    brief: (facts) => `it runs as user ${userOf(facts) ?? ""}, without root's rights`,
    advice: (facts) => [
      {
        text: `It runs as user ${userOf(facts) ?? ""}, without root's rights. Where the image needs its own user:`,
        command: isRestrictedByDefault(facts)
          ? 'security: "baseline"'
          : containerPatch(facts, "securityContext: { runAsUser: NUMBER }"),
      },
    ],
  },
];

/**
 * What helps against what the container said in these lines, last first. One that said nothing of it may wait for what
 * its command names, silently: `waits`.
 */
export function hintsOf(facts: FailureFacts, lines: readonly string[], waits: boolean): Advice[] {
  const found = inLog(facts, lines) ?? (waits ? inCommand(facts) : undefined);
  return found === undefined ? [] : found.hint.advice(facts, found.line);
}

/** What a container may wait for silently, by its command, in half a sentence; undefined where nothing is known. */
export function briefCommandHint(facts: FailureFacts): string | undefined {
  const found = inCommand(facts);
  return found?.hint.brief(facts, found.line);
}

/** What a line of a container's log is about, in half a sentence; undefined where nothing is known of it. */
export function briefLogHint(facts: FailureFacts, line: string): string | undefined {
  const found = inLog(facts, [line]);
  return found?.hint.brief(facts, found.line);
}

interface Found {
  hint: Hint;
  line: string;
}

function inLog(facts: FailureFacts, lines: readonly string[]): Found | undefined {
  for (const hint of hints) {
    const line = lines.findLast((one) => hint.log.test(one) && hint.holds(facts, one));
    if (line !== undefined) return { hint, line };
  }
  return undefined;
}

function inCommand(facts: FailureFacts): Found | undefined {
  const { command = [], args = [] } = facts.spec ?? {};
  const line = [...command, ...args].join("\n");
  const hint = hints.find((one) => one.command?.test(line) === true && one.holds(facts, line));
  return hint && { hint, line };
}

function ofReadOnly(facts: FailureFacts, line: string): Advice[] {
  const path = pathIn(line);
  const mount = mountOf(facts, path);
  if (mount !== undefined) {
    return [
      {
        text: `The volume at ${mount.mountPath} is mounted read-only in it. To let it write there:`,
        command: containerPatch(facts, `volumeMounts: [{ mountPath: "${mount.mountPath}", readOnly: false }]`),
      },
    ];
  }
  return [
    {
      text: "The root file system is read-only by default: write to /tmp or to a volume, or let the image decide:",
      command: isRestrictedByDefault(facts)
        ? 'security: "baseline"'
        : containerPatch(facts, "securityContext: { readOnlyRootFilesystem: false }"),
    },
  ];
}

/** The last path of a line, or that before the word that tells what is wrong with it. */
function pathIn(line: string): string {
  return (
    line
      .replace(/read-only.*$/i, "")
      .match(/\/[\w.@%+~/-]+/g)
      ?.at(-1)
      ?.replace(/[:.]+$/, "") ?? ""
  );
}

/** Whether the ports that a line names are all root's, where it names any. */
function isLowPort(line: string): boolean {
  const ports = [...line.matchAll(/(?::|port )(\d{1,5})\b/gi)].map(([, port]) => Number(port));
  return ports.every((port) => port < 1024);
}

function rootCommand(facts: FailureFacts): string {
  return isRestrictedByDefault(facts)
    ? 'security: "baseline"'
    : containerPatch(
        facts,
        "securityContext: { runAsUser: 0, runAsNonRoot: false, allowPrivilegeEscalation: true, capabilities: null }",
      );
}

/** Whether the variable that a text reads is one that Kubernetes would set, and nobody else does. */
function lacksServiceLink({ spec, podSpec }: FailureFacts, text: string): boolean {
  const [name = ""] = /\b(?!KUBERNETES_)[A-Z][A-Z0-9_]*_SERVICE_(?:HOST|PORT)\b/.exec(text) ?? [];
  const isSet = (spec?.env ?? []).some((variable) => variable.name === name) || text.includes(`${name}=`);
  return podSpec?.enableServiceLinks === false && !isSet && spec?.envFrom === undefined;
}

function imageOf({ image }: FailureFacts): string {
  return image === undefined ? "its image" : `"${image}"`;
}
