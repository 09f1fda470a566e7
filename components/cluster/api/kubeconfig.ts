import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import type { ClusterAccess } from "./access";
import { KubeconfigError } from "./errors";
import { impersonationHeaders } from "./impersonation";
import {
  type ExecPlugin,
  type KubeconfigLibrary,
  merge,
  parse,
  type RawConfig,
  readConfig,
  withAbsolutePaths,
} from "./kubeconfigFiles";
import { environmentProxy } from "./proxy";

/** A kubeconfig with its context chosen. */
export interface LoadedKubeconfig {
  config: KubeConfig;
  /** What each request bears beside credentials. The library knows of the impersonated user alone. */
  headers: Record<string, string | string[]>;
}

/**
 * The kubeconfig that `access` names, with its context chosen.
 * @throws {KubeconfigError} where it is missing, can't be read, or has no such context or cluster. It names no content.
 */
export async function loadKubeConfig(access: ClusterAccess): Promise<LoadedKubeconfig> {
  // Loaded late: many runs never need it.
  const library = await import("./kubeconfigLibrary.js");
  const config = new library.KubeConfig();
  const { source, raw } = load(library, config, access);
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
  const name = config.getCurrentUser()?.name ?? "";
  const user = raw?.users?.find((entry) => entry.name === name)?.user;
  return { config, headers: impersonationHeaders(user ?? {}, name, source) };
}

/** URL of the API server. */
export function serverOf(config: KubeConfig): string {
  return (config.getCurrentCluster()?.server ?? "").replace(/\/+$/, "");
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
  tellPlugin(config, source);
}

/** Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#input-and-output-formats */
function tellPlugin(config: KubeConfig, source: string): void {
  const exec = (config.getCurrentUser()?.exec ?? undefined) as ExecPlugin | undefined;
  const cluster = config.getCurrentCluster();
  if (exec === undefined || cluster === null) return;
  if (exec.interactiveMode === "Always") {
    throw new KubeconfigError(
      `The credential plugin ${exec.command ?? ""} of ${source} needs a terminal (interactiveMode: Always), and there is none ` +
        "here: set IfAvailable or Never, or log in beforehand.",
    );
  }
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

/** Returns what the kubeconfig is called in errors, and what is written in it; nothing is inside a Pod without one. */
function load(
  library: KubeconfigLibrary,
  config: KubeConfig,
  access: ClusterAccess,
): { source: string; raw?: RawConfig } {
  if (access.kubeconfig !== undefined) {
    const source = "the provider's kubeconfig";
    const raw = parse(library, access.kubeconfig, source);
    if (raw === undefined) throw new KubeconfigError(`${capital(source)} is empty.`);
    const absolute = withAbsolutePaths(raw, process.cwd(), source);
    use(config, absolute);
    return { source, raw: absolute };
  }
  const named = access.kubeconfigPath?.split(delimiter).filter(Boolean).map(expandHome) ?? [];
  const paths = named.length > 0 ? named : [join(homedir(), ".kube", "config")];
  const source = `kubeconfig ${paths.join(delimiter)}`;
  const files = paths.flatMap((path) => readConfig(library, path) ?? []);
  if (files.length > 0) {
    const raw = merge(files);
    use(config, raw);
    return { source, raw };
  } else if (runsInCluster()) {
    config.loadFromCluster();
  } else {
    const what = paths.some((path) => existsSync(path)) ? "it is empty" : "no such file";
    throw new KubeconfigError(`Can't read ${source}: ${what}. Set KUBECONFIG, or the provider's kubeconfig.`);
  }
  return { source };
}

/** As kubectl, only where no kubeconfig is to be found. */
function runsInCluster(): boolean {
  const tokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token";
  return process.env.KUBERNETES_SERVICE_HOST !== undefined && existsSync(tokenFile);
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
