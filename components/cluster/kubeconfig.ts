import type { KubeConfig } from "@kubernetes/client-node";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import type { ClusterAccess } from "./access";
import { KubeconfigError } from "./errors";

/**
 * The kubeconfig that `access` names, with its context chosen.
 * @throws {KubeconfigError} where it is missing, can't be read, or has no such context or cluster.
 */
export async function loadKubeConfig(access: ClusterAccess): Promise<KubeConfig> {
  // Loaded late: it takes as long as the whole Pulumi SDK, and many runs never need it.
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  const source = load(config, access);
  if (access.context !== undefined) {
    requireName("context", access.context, config.getContexts(), source);
    config.setCurrentContext(access.context);
  }
  const context = config.getContextObject(config.getCurrentContext());
  if (context === null) {
    throw new KubeconfigError(
      `${source} has no current context. Choose one: kubectl config use-context NAME, or the provider's context.`,
    );
  }
  if (access.cluster !== undefined) {
    requireName("cluster", access.cluster, config.getClusters(), source);
    const name = "init-pod";
    config.addContext({ ...context, name, cluster: access.cluster });
    config.setCurrentContext(name);
  }
  if (config.getCurrentCluster() === null) {
    throw new KubeconfigError(`Context "${config.getCurrentContext()}" of ${source} names no cluster of that file.`);
  }
  return config;
}

function load(config: KubeConfig, access: ClusterAccess): string {
  const paths = (access.kubeconfigPath ?? join(homedir(), ".kube", "config")).split(delimiter).filter(Boolean);
  const source = access.kubeconfig === undefined ? `kubeconfig ${paths.join(delimiter)}` : "the provider's kubeconfig";
  try {
    if (access.kubeconfig !== undefined) {
      config.loadFromString(access.kubeconfig);
      return source;
    }
    const [first, ...others] = paths.filter((path) => existsSync(path));
    if (first === undefined) {
      throw new Error("no such file. Set KUBECONFIG, or the provider's kubeconfig");
    }
    config.loadFromFile(first);
    for (const path of others) {
      const other = new (config.constructor as new () => KubeConfig)();
      other.loadFromFile(path);
      config.mergeConfig(other);
    }
    return source;
  } catch (error) {
    throw new KubeconfigError(`Can't read ${source}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function requireName(kind: string, name: string, known: readonly { name: string }[], source: string): void {
  if (known.some((entry) => entry.name === name)) return;
  const names = known.map((entry) => entry.name).join(", ") || "none";
  throw new KubeconfigError(`No ${kind} "${name}" in ${source}. It has: ${names}.`);
}
