import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Kubeconfig } from "./files";

/** Where Kubernetes puts what a Pod's service account is known by. */
const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The cluster and the service account of the Pod that this runs in; nothing elsewhere. As kubectl and Pulumi's provider take
 * them where no kubeconfig says anything, with the namespace that these take then.
 * Source: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
 */
export function inClusterConfig(env: NodeJS.ProcessEnv, folder = accountFolder): Kubeconfig | undefined {
  const { KUBERNETES_SERVICE_HOST: host = "", KUBERNETES_SERVICE_PORT: port = "" } = env;
  const tokenFile = join(folder, "token");
  if (host === "" || port === "" || !isFile(tokenFile)) return undefined;
  const authority = join(folder, "ca.crt");
  const name = "in-cluster";
  const cluster = {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    ...(existsSync(authority) ? { "certificate-authority": authority } : {}),
  };
  const namespace = env.POD_NAMESPACE ?? "";
  const context = { cluster: name, user: name, namespace: namespace === "" ? accountNamespace(folder) : namespace };
  return {
    currentContext: name,
    clusters: new Map([[name, cluster]]),
    users: new Map([[name, { tokenFile }]]),
    contexts: new Map([[name, context]]),
  };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
}

function accountNamespace(folder: string): string {
  try {
    return readFileSync(join(folder, "namespace"), "utf8").trim();
  } catch {
    return "";
  }
}
