import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { KubeconfigError } from "./errors";
import type { Impersonation } from "./impersonation";

export type KubeconfigLibrary = typeof import("./kubeconfigLibrary.js");

/** A kubeconfig file as it is written. Source: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ */
export interface RawConfig {
  "current-context"?: string;
  clusters?: Named<"cluster", { "certificate-authority"?: string }>[];
  contexts?: Named<"context", object>[];
  users?: Named<"user", RawUser>[];
}
type Named<K extends string, V> = { name?: string } & Partial<Record<K, V>>;
interface RawUser extends Impersonation {
  "client-certificate"?: string;
  "client-key"?: string;
  token?: string;
  tokenFile?: string;
  exec?: ExecPlugin;
}
export interface ExecPlugin {
  apiVersion?: string;
  command?: string;
  env?: { name: string; value: string }[];
  provideClusterInfo?: boolean;
  installHint?: string;
  interactiveMode?: string;
}

/** Nothing for a file that is missing or empty: kubectl skips it as well. */
export function readConfig(library: KubeconfigLibrary, path: string): RawConfig | undefined {
  const source = `kubeconfig ${path}`;
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    const reason = code === "EISDIR" ? "it is a directory" : code === "EACCES" ? "permission denied" : message;
    throw new KubeconfigError(`Can't read ${source}: ${reason}.`);
  }
  const raw = parse(library, content, source);
  return raw && withAbsolutePaths(raw, dirname(resolve(path)), source);
}

/** Errors of the YAML parser quote the lines around the fault, which may hold a token: only the line's number is said. */
export function parse(library: KubeconfigLibrary, content: string, source: string): RawConfig | undefined {
  // As an editor may have put it in front.
  if (content.startsWith("\ufeff")) return parse(library, content.slice(1), source);
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
  const lists = ["clusters", "contexts", "users"] as const;
  if (
    typeof parsed !== "object" ||
    Array.isArray(parsed) ||
    lists.some((name) => !isList((parsed as Record<string, unknown>)[name]))
  ) {
    throw new KubeconfigError(
      `Can't read ${source}: it is no kubeconfig, which has lists of clusters, contexts and users.`,
    );
  }
  return parsed;
}

function isList(value: unknown): boolean {
  return value === undefined || value === null || Array.isArray(value);
}

/** Paths in a kubeconfig are relative to its folder. A token's file is read now; it is read again when the token expires. */
export function withAbsolutePaths(raw: RawConfig, folder: string, source: string): RawConfig {
  const absolute = (path: string | undefined): string | undefined =>
    path === undefined || path === "" || isAbsolute(path) ? path : join(folder, path);
  return {
    ...raw,
    clusters: raw.clusters?.map((entry) => ({
      ...entry,
      cluster: entry.cluster && {
        ...entry.cluster,
        "certificate-authority": absolute(entry.cluster["certificate-authority"]),
      },
    })),
    users: raw.users?.map((entry) => ({
      ...entry,
      user: entry.user && {
        ...entry.user,
        "client-certificate": absolute(entry.user["client-certificate"]),
        "client-key": absolute(entry.user["client-key"]),
        token: tokenOf(entry.user, absolute, source),
        // A plain name is looked up on the PATH.
        exec: entry.user.exec && {
          ...entry.user.exec,
          command: /[/\\]/.test(entry.user.exec.command ?? "")
            ? absolute(entry.user.exec.command)
            : entry.user.exec.command,
        },
      },
    })),
  };
}

function tokenOf(
  { token, tokenFile }: RawUser,
  absolute: (path: string) => string | undefined,
  source: string,
): string | undefined {
  const file = tokenFile === undefined || tokenFile === "" ? undefined : absolute(tokenFile);
  if (file === undefined) return token;
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    // Another user's file may well be missing.
    if (token !== undefined || (error as NodeJS.ErrnoException).code === "ENOENT") return token;
    throw new KubeconfigError(`Can't read the token file ${file} of ${source}.`);
  }
}

/** As kubectl merges: the first file that sets a value or an entry wins. */
export function merge(files: readonly RawConfig[]): RawConfig {
  const all = <T extends { name?: string }>(lists: (readonly T[] | null | undefined)[]): T[] => {
    const byName = new Map<string | undefined, T>();
    for (const entry of lists.flatMap((list) => list ?? [])) {
      if (!byName.has(entry.name)) byName.set(entry.name, entry);
    }
    return [...byName.values()];
  };
  return {
    "current-context": files.map((file) => file["current-context"]).find((name) => name !== undefined && name !== ""),
    clusters: all(files.map(({ clusters }) => clusters)),
    contexts: all(files.map(({ contexts }) => contexts)),
    users: all(files.map(({ users }) => users)),
  };
}
