import type { Check } from "./checked";

/** How a git server is spoken to. */
export type GitTransport = "http" | "ssh";

const host = String.raw`(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9][\w.-]*)`;
const sshUrl = new RegExp(String.raw`^ssh://[A-Za-z0-9_][\w.-]*@${host}(?::\d{1,5})?/[^\s\p{Cc}]+$`, "u");
/** As scp takes it. git's own rule: what is before the first colon has no slash. */
const scpAddress = new RegExp(String.raw`^[A-Za-z0-9_][\w.-]*@${host}:(?!/?/)[^\s\p{Cc}]+$`, "u");
const scpRooted = new RegExp(String.raw`^[A-Za-z0-9_][\w.-]*@${host}:/[^\s\p{Cc}/][^\s\p{Cc}]*$`, "u");

/** The transport of an address that `gitAddress` takes. */
export function gitTransport(address: string): GitTransport {
  return /^https?:/.test(address) ? "http" : "ssh";
}

/**
 * The address of a git repository: https://, http://, ssh://USER@HOST[:PORT]/PATH or USER@HOST:PATH, without credentials.
 * Source: https://git-scm.com/docs/git-clone#_git_urls
 */
export const gitAddress: Check = (value) => {
  const fix =
    "must be the address of a git repository: https://HOST/PATH, http://HOST/PATH, ssh://USER@HOST[:PORT]/PATH or " +
    "USER@HOST:PATH, without spaces";
  if (typeof value !== "string") return fix;
  const [, scheme = "", user] = /^(https?|ssh):\/\/([^/?#]*)@/i.exec(value) ?? [];
  if (user !== undefined && (scheme.toLowerCase() !== "ssh" || user.includes(":"))) {
    return "must carry no user and no password, as they would show in the Pod and in logs; keep them in a Secret: token and username";
  }
  if (/^https?:/.test(value)) return isHttpAddress(value) ? undefined : fix;
  return [sshUrl, scpAddress, scpRooted].some((form) => form.test(value)) ? undefined : fix;
};

function isHttpAddress(value: string): boolean {
  if (!/^https?:\/\/[^/?#]+\/[^\s\p{Cc}?#]+$/u.test(value) || !URL.canParse(value)) return false;
  return new URL(value).pathname !== "/";
}

/**
 * The name of a branch or a tag, or a whole ref such as refs/pull/1/head.
 * Source: https://git-scm.com/docs/git-check-ref-format
 */
export const gitRef: Check = (value) => {
  const fix = "must be the name of a branch or a tag, such as main or v1.2.0";
  if (typeof value !== "string" || value === "" || value === "@" || value.startsWith("-")) return fix;
  if (gitCommit(value) === undefined) return "is the SHA of a commit; give it as commit";
  const isFine = value.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
  return isFine && !value.endsWith(".") && !/\.\.|@\{|[\s\p{Cc}~^:?*[\\]/u.test(value) ? undefined : fix;
};

/** The whole SHA of a commit: a short one may stand for another commit tomorrow. */
export const gitCommit: Check = (value) =>
  typeof value === "string" && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value)
    ? undefined
    : "must be the whole SHA of a commit: 40 or 64 hexadecimal digits in lower case";

/** A folder of a repository, from its root. */
export const gitFolder: Check = (value) => {
  const isNormal =
    typeof value === "string" &&
    !/\p{Cc}/u.test(value) &&
    value.split("/").every((part) => part !== "" && part !== "." && part !== ".." && part.toLowerCase() !== ".git");
  return isNormal && !value.startsWith("-")
    ? undefined
    : 'must be the path of a folder from the root of the repository, such as docs/site: no "/" at its ends, no ".."';
};

/** A user name of HTTP's basic authentication. */
export const basicUser: Check = (value) =>
  typeof value === "string" && /^[^:\p{Cc}]+$/u.test(value)
    ? undefined
    : 'must be a user name: one line that is not empty, without ":"';

/**
 * Lines of OpenSSH's known_hosts: host names, the kind of key, the key.
 * Source: https://man.openbsd.org/sshd.8#SSH_KNOWN_HOSTS_FILE_FORMAT
 */
export const knownHosts: Check = (value) => {
  const lines = typeof value === "string" ? value.split("\n").map((line) => line.trim()) : [];
  const keys = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const isKey = (line: string): boolean =>
    /^(?:@\S+\s+)?\S+\s+[a-z][\w.@-]+\s+[A-Za-z0-9+/]{16,}={0,3}(?:\s|$)/.test(line);
  return keys.length > 0 && keys.every(isKey) && !String(value).includes("\0")
    ? undefined
    : "must be lines of known_hosts, HOST KIND KEY each, as ssh-keyscan HOST prints them (with a port: ssh-keyscan -p PORT HOST)";
};
