import { existsSync, readFileSync } from "node:fs";
import { delimiter } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import type { ClusterAccess } from "./access";
import { KubeconfigError } from "./errors";
import { credentialPlugin, type Plugin } from "./kubeconfig/execPlugin";
import { type ExecPlugin, textOf, type User } from "./kubeconfig/fields";
import {
  capital,
  type Kubeconfig,
  type KubeconfigLibrary,
  kubeconfigPaths,
  merge,
  parse,
  readConfig,
} from "./kubeconfig/files";
import { impersonationHeaders } from "./kubeconfig/impersonation";
import { inClusterConfig } from "./kubeconfig/inCluster";
import { renewable } from "./kubeconfig/oidc";
import { environmentProxy } from "./kubeconfig/proxy";
import { sendsCredentials, serverUrl } from "./kubeconfig/server";
import { type Entries, runsPlugin, type Usable, usableEntries } from "./kubeconfig/validation";

/** A kubeconfig with its context chosen. */
export interface LoadedKubeconfig {
  /** The context with its cluster and user, and no others. */
  config: KubeConfig;
  /** What each request bears beside credentials. The library knows of the impersonated user alone. */
  headers: Record<string, string | string[]>;
  /** What gives the credentials, where no others are there. */
  plugin?: Plugin;
  /** What that runs, as it is written. */
  exec?: ExecPlugin;
  /** Whether there are credentials that are not sent, as the server speaks plain HTTP. */
  isWithheld: boolean;
}

/**
 * The kubeconfig that `access` names, with its context chosen.
 * @throws {KubeconfigError} where it is missing, can't be read, has no such context or cluster, or a field that can't be
 * honoured. It names no secret.
 */
export async function loadKubeConfig(access: ClusterAccess): Promise<LoadedKubeconfig> {
  // Loaded late: many runs never need it.
  const library = await import("./kubeconfigLibrary.js");
  const { source, raw } = load(library, access);
  const entries = chosenOf(raw, access, source);
  const { usable, problems } = usableEntries(entries, (path) => readFileSync(path));
  if (problems.length > 0) {
    throw new KubeconfigError(
      problems.map(({ kind, name, text }) => `${capital(kind)} "${name}" of ${source}: ${text}.`).join("\n"),
    );
  }
  return loaded(new library.KubeConfig(), entries, usable);
}

/** URL of the API server. */
export function serverOf(config: KubeConfig): string {
  return config.getCurrentCluster()?.server ?? "";
}

function loaded(config: KubeConfig, entries: Entries, { context, cluster, user }: Usable): LoadedKubeconfig {
  const server = serverUrl(cluster.server ?? "");
  const isSecret = sendsCredentials(server);
  const names = { cluster: entries.cluster.name, user: entries.user?.name ?? "" };
  const proxy = cluster["proxy-url"] ?? environmentProxy(new URL(server), process.env);
  const authority = { caFile: cluster["certificate-authority"], caData: cluster["certificate-authority-data"] };
  config.loadFromOptions({
    contexts: [{ name: entries.context.name, ...names, namespace: context.namespace }],
    clusters: [
      {
        name: names.cluster,
        server,
        // The library takes plain HTTP for a mistake unless told otherwise.
        skipTLSVerify: !isSecret || cluster["insecure-skip-tls-verify"] === true,
        // The proxy asks for the server's address, as it may be the only one that knows.
        proxyUrl: proxy?.replace(/^socks5:/i, "socks5h:"),
        ...(isSecret ? { ...authority, tlsServerName: cluster["tls-server-name"] } : {}),
      },
    ],
    users: [{ name: names.user, ...(isSecret ? credentialsOf(user) : {}) }],
    currentContext: entries.context.name,
  });
  return {
    config,
    headers: impersonationHeaders(user),
    ...(isSecret && user.exec !== undefined && runsPlugin(user)
      ? { plugin: credentialPlugin(user.exec, cluster), exec: user.exec }
      : {}),
    isWithheld:
      !isSecret &&
      Object.entries(user).some(([name, value]) => value !== undefined && !/^(as(-.*)?|extensions)$/.test(name)),
  };
}

/** Without a plugin, which the library would run with an input that never ends, and show what it printed. */
function credentialsOf(user: User): object {
  const { "auth-provider": provider, username, password = "" } = user;
  const certificate = {
    certFile: user["client-certificate"],
    certData: user["client-certificate-data"],
    keyFile: user["client-key"],
    keyData: user["client-key-data"],
  };
  return {
    token: tokenOf(user),
    ...(username === undefined ? {} : { username, password }),
    ...(certificate.certFile === undefined && certificate.certData === undefined ? {} : certificate),
    ...(provider === undefined ? {} : { authProvider: { ...provider, config: renewable(provider.config ?? {}) } }),
  };
}

/** Read now, and again when the token expires. One that can't be read was refused where there is no other. */
function tokenOf({ token, tokenFile }: User): string | undefined {
  if (tokenFile === undefined) return token;
  try {
    const content = readFileSync(tokenFile, "utf8").trim();
    return content === "" ? token : content;
  } catch {
    return token;
  }
}

/** Returns what the kubeconfig is called in errors, and what is written in it. */
function load(library: KubeconfigLibrary, access: ClusterAccess): { source: string; raw: Kubeconfig } {
  if (access.kubeconfig !== undefined) {
    const source = "the provider's kubeconfig";
    refuseMissingFiles(access.kubeconfig, source);
    const raw = parse(library, access.kubeconfig, access.folder ?? process.cwd(), source);
    if (raw === undefined) throw new KubeconfigError(`${capital(source)} is empty.`);
    return { source, raw };
  }
  const paths = kubeconfigPaths(access.kubeconfigPath);
  const source = `kubeconfig ${paths.join(delimiter)}`;
  const files = paths.flatMap((path) => readConfig(library, path) ?? []);
  const raw = merge(files);
  // As kubectl, only where no kubeconfig says anything.
  if (raw.currentContext === undefined && !raw.contexts.has(access.context ?? "")) {
    const own = inClusterConfig(process.env);
    if (own !== undefined) return { source: `${source}, and the service account of this Pod`, raw: own };
  }
  if (files.length > 0) return { source, raw };
  const what = paths.some((path) => existsSync(path)) ? "it is empty" : "no such file";
  throw new KubeconfigError(`Can't read ${source}: ${what}. Set KUBECONFIG, or the provider's kubeconfig.`);
}

/** Pulumi's provider takes one path; where nothing is there it takes the path for the content, and so would we. */
function refuseMissingFiles(content: string, source: string): void {
  if (/[\n:]\s|[{[]/.test(content.trim()) || content.trim() === "") return;
  const found = content.split(delimiter).filter((path) => existsSync(path)).length;
  throw new KubeconfigError(
    found > 0
      ? `${capital(source)} names several files, and a provider takes one: name them in the environment variable KUBECONFIG instead.`
      : `${capital(source)} is neither a kubeconfig nor the path of a file that exists (paths are relative to ${process.cwd()}).`,
  );
}

function chosenOf(raw: Kubeconfig, access: ClusterAccess, source: string): Entries {
  const name = access.context ?? raw.currentContext;
  if (name === undefined) {
    throw new KubeconfigError(
      `${source} has no current context. Choose one: kubectl config use-context NAME, or the provider's context.`,
    );
  }
  const context = { name, entry: required("context", name, raw.contexts, source) };
  const { cluster: ownCluster, user } = referencesOf(context.entry);
  const cluster = access.cluster ?? ownCluster;
  const because = `, which context "${name}" names`;
  if (cluster === undefined) throw new KubeconfigError(`Context "${name}" of ${source} names no cluster.`);
  return {
    context,
    cluster: {
      name: cluster,
      entry: required("cluster", cluster, raw.clusters, source, access.cluster === undefined ? because : ""),
    },
    ...(user === undefined ? {} : { user: { name: user, entry: required("user", user, raw.users, source, because) } }),
  };
}

function referencesOf(context: unknown): { cluster?: string; user?: string } {
  const { cluster, user } = (context ?? {}) as Record<string, unknown>;
  return { cluster: textOf(cluster), user: textOf(user) };
}

function required(
  kind: string,
  name: string,
  known: ReadonlyMap<string, unknown>,
  source: string,
  because = "",
): unknown {
  if (known.has(name)) return known.get(name);
  const names = [...known.keys()].join(", ") || "none";
  throw new KubeconfigError(`No ${kind} "${name}" in ${source}${because}. It has: ${names}.`);
}
