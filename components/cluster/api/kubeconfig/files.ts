import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { KubeconfigError } from "../errors";
import { isObject, textOf } from "./fields";

export type KubeconfigLibrary = typeof import("../kubeconfigLibrary.js");

/** What one or several kubeconfigs hold, by name, as it is written but for paths, which are absolute. */
export interface Kubeconfig {
  readonly currentContext?: string;
  readonly clusters: ReadonlyMap<string, unknown>;
  readonly users: ReadonlyMap<string, unknown>;
  readonly contexts: ReadonlyMap<string, unknown>;
}

/** Each list of a kubeconfig, what one of its entries is called, and which of an entry's fields are paths. */
const lists = {
  clusters: { entry: "cluster", paths: ["certificate-authority"] },
  users: { entry: "user", paths: ["client-certificate", "client-key", "tokenFile"] },
  contexts: { entry: "context", paths: [] },
} as const;
type List = keyof typeof lists;

/** The paths that are meant by one or several, as in `KUBECONFIG`; by none, `~/.kube/config`. */
export function kubeconfigPaths(paths: string | undefined): string[] {
  // A file may well have the separator in its name.
  const each = paths !== undefined && existsSync(paths) ? [paths] : (paths?.split(delimiter).filter(Boolean) ?? []);
  return each.length > 0 ? each.map(expandHome) : [join(homedir(), ".kube", "config")];
}

function expandHome(path: string): string {
  return /^~(?=$|[/\\])/.test(path) ? join(homedir(), path.slice(1)) : path;
}

/** Nothing for a file that is missing or empty: kubectl skips it as well. */
export function readConfig(library: KubeconfigLibrary, path: string): Kubeconfig | undefined {
  const source = `kubeconfig ${path}`;
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOENT", "ENOTDIR"].includes(code)) return undefined;
    throw new KubeconfigError(`Can't read ${source}: ${whyUnread(error)}.`);
  }
  return parse(library, content, dirname(resolve(path)), source);
}

/** Why a file can't be read. */
export function whyUnread(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return { ENOENT: "no such file", EISDIR: "it is a directory", EACCES: "permission denied" }[code ?? ""] ?? message;
}

/**
 * A kubeconfig's text, in which paths are relative to `folder`; nothing where it is empty. Errors of the YAML parser quote
 * the lines around the fault, which may hold a token: only the line's number is said.
 */
export function parse(
  library: KubeconfigLibrary,
  content: string,
  folder: string,
  source: string,
): Kubeconfig | undefined {
  // As an editor may have put it in front.
  if (content.startsWith("\ufeff")) return parse(library, content.slice(1), folder, source);
  // The parser takes an empty text for an error.
  if (content.split("\n").every((line) => /^\s*(#.*|---\s*)?$/.test(line))) return undefined;
  let parsed: unknown;
  try {
    parsed = library.loadYaml(content);
  } catch (error) {
    const line = (error as { mark?: { line: number } }).mark?.line;
    const where = line === undefined ? "" : ` (line ${line + 1})`;
    throw new KubeconfigError(`Can't read ${source}: it is not valid YAML${where}.`);
  }
  if (parsed === undefined || parsed === null) return undefined;
  if (!isConfig(parsed)) {
    throw new KubeconfigError(
      `Can't read ${source}: it is no kubeconfig, which has lists of clusters, contexts and users.`,
    );
  }
  refuseOtherKinds(parsed, source);
  return {
    currentContext: textOf(parsed["current-context"]),
    clusters: entriesOf(parsed, "clusters", folder, source),
    users: entriesOf(parsed, "users", folder, source),
    contexts: entriesOf(parsed, "contexts", folder, source),
  };
}

type Parsed = Record<string, unknown> & Partial<Record<List, Record<string, unknown>[] | null>>;

function isConfig(parsed: unknown): parsed is Parsed {
  return (
    isObject(parsed) &&
    Object.keys(lists).every((name) => {
      const list = parsed[name] ?? [];
      return Array.isArray(list) && list.every(isObject);
    })
  );
}

/** Both fields may be left out. */
function refuseOtherKinds(parsed: Parsed, source: string): void {
  for (const [field, wanted] of [
    ["kind", "Config"],
    ["apiVersion", "v1"],
  ] as const) {
    const value = parsed[field] ?? "";
    if (value === "" || value === wanted) continue;
    throw new KubeconfigError(`Can't read ${source}: its ${field} is ${JSON.stringify(value)}, and not ${wanted}.`);
  }
}

function entriesOf(parsed: Parsed, list: List, folder: string, source: string): Map<string, unknown> {
  const { entry: kind, paths } = lists[list];
  const entries = new Map<string, unknown>();
  for (const { name, [kind]: value } of parsed[list] ?? []) {
    // One without a name can't be meant by anybody.
    if (typeof name !== "string" || name === "") continue;
    if (entries.has(name)) throw new KubeconfigError(`${capital(source)} has two ${list} named "${name}": rename one.`);
    entries.set(name, withAbsolutePaths(value, paths, folder));
  }
  return entries;
}

function withAbsolutePaths(entry: unknown, paths: readonly string[], folder: string): unknown {
  if (!isObject(entry)) return entry;
  const absolute = (path: unknown): unknown =>
    typeof path !== "string" || path === "" || isAbsolute(path) ? path : join(folder, path);
  const each = paths.filter((name) => name in entry).map((name) => [name, absolute(entry[name])]);
  const { exec } = entry;
  // A plain name is looked up on the PATH.
  const isPath = isObject(exec) && typeof exec.command === "string" && /[/\\]/.test(exec.command);
  return {
    ...entry,
    ...Object.fromEntries(each),
    ...(isPath ? { exec: { ...exec, command: absolute(exec.command) } } : {}),
  };
}

/** As kubectl merges: the first file that sets a value or an entry wins. */
export function merge(files: readonly Kubeconfig[]): Kubeconfig {
  const all = (list: List): Map<string, unknown> => {
    const entries = new Map<string, unknown>();
    for (const [name, entry] of files.flatMap((file) => [...file[list]])) {
      if (!entries.has(name)) entries.set(name, entry);
    }
    return entries;
  };
  return {
    currentContext: files.map((file) => file.currentContext).find((name) => name !== undefined),
    clusters: all("clusters"),
    users: all("users"),
    contexts: all("contexts"),
  };
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
