import type { KubeConfig } from "@kubernetes/client-node";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import type { ClusterAccess } from "./access";
import { KubeconfigError } from "./errors";
import { environmentProxy } from "./proxy";

type ClientNode = typeof import("./clientNode.js");

/**
 * The kubeconfig that `access` names, with its context chosen.
 * @throws {KubeconfigError} where it is missing, can't be read, or has no such context or cluster. It names no content.
 */
export async function loadKubeConfig(access: ClusterAccess): Promise<KubeConfig> {
  // Loaded late: many runs never need it.
  const client = await import("./clientNode.js");
  const config = new client.KubeConfig();
  const source = load(client, config, access);
  if (access.context !== undefined) {
    requireName("context", access.context, config.getContexts(), source);
    config.setCurrentContext(access.context);
  }
  const current = config.getCurrentContext() as string | undefined;
  if (current === undefined || current === "") {
    throw new KubeconfigError(
      `${source} has no current context. Choose one: kubectl config use-context NAME, or the provider's context.`,
    );
  }
  requireName("context", current, config.getContexts(), source);
  const context = config.getContextObject(current);
  if (access.cluster !== undefined && context !== null) {
    requireName("cluster", access.cluster, config.getClusters(), source);
    const name = "init-pod";
    config.addContext({ ...context, name, cluster: access.cluster });
    config.setCurrentContext(name);
  }
  prepareCluster(config, source);
  return config;
}

/** The client takes plain HTTP for a mistake unless told otherwise, and leaves a proxy of the environment to others. */
function prepareCluster(config: KubeConfig, source: string): void {
  const found = config.getCurrentCluster();
  if (found === null) {
    throw new KubeconfigError(`Context "${config.getCurrentContext()}" of ${source} names no cluster of that file.`);
  }
  const cluster: { -readonly [K in keyof typeof found]: (typeof found)[K] } = found;
  let url: URL;
  try {
    url = new URL(cluster.server);
  } catch {
    throw new KubeconfigError(`The server of cluster "${cluster.name}" in ${source} is not a URL.`);
  }
  if (url.protocol === "http:") cluster.skipTLSVerify = true;
  cluster.proxyUrl ??= environmentProxy(url, process.env);
  tellPlugin(config);
}

/** Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#input-and-output-formats */
function tellPlugin(config: KubeConfig): void {
  const exec = (config.getCurrentUser()?.exec ?? undefined) as ExecPlugin | undefined;
  const cluster = config.getCurrentCluster();
  if (exec === undefined || cluster === null) return;
  const info = {
    apiVersion: exec.apiVersion,
    kind: "ExecCredential",
    spec: {
      interactive: false,
      ...(exec.provideClusterInfo === true
        ? {
            cluster: {
              server: cluster.server,
              "tls-server-name": cluster.tlsServerName,
              "insecure-skip-tls-verify": cluster.skipTLSVerify,
              "certificate-authority-data": cluster.caData ?? contentOf(cluster.caFile),
              "proxy-url": cluster.proxyUrl,
            },
          }
        : {}),
    },
  };
  exec.env = [...(exec.env ?? []), { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(info) }];
}

function contentOf(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file).toString("base64");
}

/** A kubeconfig file as it is written. Source: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ */
interface RawConfig {
  "current-context"?: string;
  clusters?: Named<"cluster", { "certificate-authority"?: string }>[];
  contexts?: Named<"context", object>[];
  users?: Named<"user", RawUser>[];
}
type Named<K extends string, V> = { name?: string } & Partial<Record<K, V>>;
interface RawUser {
  "client-certificate"?: string;
  "client-key"?: string;
  token?: string;
  tokenFile?: string;
  exec?: ExecPlugin;
}
interface ExecPlugin {
  apiVersion?: string;
  command?: string;
  env?: { name: string; value: string }[];
  provideClusterInfo?: boolean;
}

/** Returns what the kubeconfig is called in errors. */
function load(client: ClientNode, config: KubeConfig, access: ClusterAccess): string {
  if (access.kubeconfig !== undefined) {
    const source = "the provider's kubeconfig";
    const raw = parse(client, access.kubeconfig, source);
    if (raw === undefined) throw new KubeconfigError(`${capital(source)} is empty.`);
    use(config, withAbsolutePaths(raw, process.cwd(), source));
    return source;
  }
  const named = access.kubeconfigPath?.split(delimiter).filter(Boolean).map(expandHome) ?? [];
  const paths = named.length > 0 ? named : [join(homedir(), ".kube", "config")];
  const source = `kubeconfig ${paths.join(delimiter)}`;
  const files = paths.flatMap((path) => readConfig(client, path) ?? []);
  if (files.length > 0) {
    use(config, merge(files));
  } else if (runsInCluster()) {
    config.loadFromCluster();
  } else {
    const what = paths.some((path) => existsSync(path)) ? "it is empty" : "no such file";
    throw new KubeconfigError(`Can't read ${source}: ${what}. Set KUBECONFIG, or the provider's kubeconfig.`);
  }
  return source;
}

/** As kubectl, only where no kubeconfig is to be found. */
function runsInCluster(): boolean {
  const tokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token";
  return process.env.KUBERNETES_SERVICE_HOST !== undefined && existsSync(tokenFile);
}

/** Nothing for a file that is missing or empty: kubectl skips it as well. */
function readConfig(client: ClientNode, path: string): RawConfig | undefined {
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
  const raw = parse(client, content, source);
  return raw && withAbsolutePaths(raw, dirname(resolve(path)), source);
}

/** Errors of the YAML parser quote the lines around the fault, which may hold a token: only the line's number is said. */
function parse(client: ClientNode, content: string, source: string): RawConfig | undefined {
  // The parser takes an empty text for an error.
  if (content.split("\n").every((line) => /^\s*(#.*|---\s*)?$/.test(line))) return undefined;
  let parsed: unknown;
  try {
    parsed = client.loadYaml(content);
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
function withAbsolutePaths(raw: RawConfig, folder: string, source: string): RawConfig {
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
function merge(files: readonly RawConfig[]): RawConfig {
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

type OnInvalidEntry = NonNullable<Parameters<KubeConfig["loadFromString"]>[1]>["onInvalidEntry"];

function use(config: KubeConfig, raw: RawConfig): void {
  // An entry that is incomplete must not disturb those who use another one.
  config.loadFromString(JSON.stringify(raw), { onInvalidEntry: "filter" as OnInvalidEntry });
}

function expandHome(path: string): string {
  return /^~(?=$|[/\\])/.test(path) ? join(homedir(), path.slice(1)) : path;
}

function requireName(kind: string, name: string, known: readonly { name: string }[], source: string): void {
  if (known.some((entry) => entry.name === name)) return;
  const names = known.map((entry) => entry.name).join(", ") || "none";
  throw new KubeconfigError(`No ${kind} "${name}" in ${source}. It has: ${names}.`);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
