import { downloadName, gitCloneName, waitForExits, waitForName } from "../../contract";
import type { ContainerSpec } from "../pods";

/** Whose exit code a container's is, as far as its command tells: curl's, that of a step that waits or clones, a shell's (of a script or its last command), or not known. */
export type ExitingProcess = "curl" | "waitFor" | "gitClone" | "shell" | "unknown";

/** Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html, section 2.8.2 */
const ofShell: Readonly<Record<number, string>> = {
  126: "the command is not executable",
  127: "the command was not found",
};

/**
 * Fixed by the kernel and the container runtime: 128 and the number of the signal. A shell passes on that of its command.
 * Source: https://man7.org/linux/man-pages/man7/signal.7.html
 */
const ofSignals: Readonly<Record<number, string>> = {
  130: "interrupted by SIGINT",
  132: "crashed with an illegal instruction: is the image built for this CPU?",
  134: "aborted itself with SIGABRT",
  135: "crashed with a bus error",
  136: "crashed with an arithmetic error",
  137: "killed by SIGKILL",
  139: "crashed with a segmentation fault",
  141: "ended by SIGPIPE: who read its output was gone",
  143: "ended by SIGTERM",
};

/** Source: the section EXIT CODES of curl's manual, https://curl.se/docs/manpage.html */
const ofCurl: Readonly<Record<number, string>> = {
  3: "curl: the URL is malformed",
  5: "curl: the proxy's name could not be resolved",
  6: "curl: the host's name could not be resolved",
  7: "curl: the host refused the connection or could not be reached",
  18: "curl: the transfer ended before the file was complete",
  22: "curl: the server answered with an error status",
  23: "curl: the target file could not be written",
  28: "curl: timed out",
  35: "curl: the TLS handshake failed",
  47: "curl: too many redirects",
  52: "curl: the server answered nothing",
  56: "curl: the connection broke while receiving",
  60: "curl: the server's certificate is not trusted",
  77: "curl: the image has no certificates to trust; give them as ca",
};

const ofWaitFor: Readonly<Record<number, string>> = {
  [waitForExits.tooLate]: "what it waits for did not come in time",
  [waitForExits.failed]: "what it waits for has failed",
  [waitForExits.noRight]: "it has no right to read what it waits for",
};

const ofGitClone: Readonly<Record<number, string>> = {
  66: "the repository, or what is to be taken of it, does not exist",
  69: "the git server could not be reached, or failed",
  76: "the git server's SSH host key is none of those in knownHosts",
  77: "the git server refused the credentials, or asks for some",
  78: "OpenSSH can't use the key, or does not know the user it runs as",
  124: "the repository did not come in time",
};

const ofScripts: Partial<Record<ExitingProcess, Readonly<Record<number, string>>>> = {
  curl: ofCurl,
  waitFor: ofWaitFor,
  gitClone: ofGitClone,
};
const named: Readonly<Record<string, ExitingProcess>> = {
  [downloadName]: "curl",
  [waitForName]: "waitFor",
  [gitCloneName]: "gitClone",
};

/** What a well-known exit code of `process` means, in plain words. Programs give the others meanings of their own. */
export function explainExit(code: number, process: ExitingProcess): string | undefined {
  const own = ofScripts[process]?.[code];
  if (own !== undefined) return own;
  const shellMeaning = ofShell[code];
  // Whatever is not known to be a shell may be a script, or start one.
  if (shellMeaning !== undefined) return process === "shell" ? shellMeaning : `if a shell's: ${shellMeaning}`;
  return ofSignals[code];
}

const shells = /^(ba|da|a|k|mk|z)?sh$/;

export function exitingProcess({ image, command, args = [] }: Partial<ContainerSpec>): ExitingProcess {
  const words = command === undefined || command.length === 0 ? entered(image, args) : [...command, ...args];
  const [program = "", ...rest] = words;
  const name = baseName(program);
  if (name === "curl") return "curl";
  if (!shells.test(name)) return "unknown";
  const at = rest.findIndex((word) => /^-[a-z]*c[a-z]*$/.test(word));
  const [script = "", scriptName] = at < 0 ? [] : rest.slice(at + 1);
  return named[scriptName ?? ""] ?? (isCurlAlone(script) ? "curl" : "shell");
}

/**
 * What the entrypoint of the image runs. That of curl's own image puts curl in front of arguments that name no program.
 * Source: https://github.com/curl/curl-container/blob/main/etc/entrypoint.sh
 */
function entered(image: string | undefined, args: readonly string[]): readonly string[] {
  const [first = ""] = args;
  const isOption = first.startsWith("-") || first.includes("://");
  return isOption && isCurlImage(image) ? ["curl", ...args] : args;
}

function isCurlImage(image = ""): boolean {
  return /(^|\/)curl([:@]|$)/.test(image);
}

/** Whether a script is one call of curl and no more: a shell passes on the exit code of its last command. */
function isCurlAlone(script: string): boolean {
  const unquoted = script
    .trim()
    .replace(/\\\n/g, " ")
    .replace(/'[^']*'|"[^"`(]*"/g, "Q");
  return /^(exec\s+)?(\S*\/)?curl(\s[^;&|`()\n…]*)?$/.test(unquoted);
}

function baseName(program: string): string {
  return program.slice(program.lastIndexOf("/") + 1);
}
