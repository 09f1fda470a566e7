/**
 * How one cluster is reached: what a Pulumi `kubernetes` provider says of it. Plain data, so that another process can be
 * told of the same cluster.
 */
export interface ClusterAccess {
  /** Content of a kubeconfig. Holds credentials: never logged, and written only to files that the owner alone can read. */
  kubeconfig?: string;
  /** What paths in `kubeconfig` are relative to. Default: the working directory. */
  folder?: string;
  /** One or several kubeconfig paths, as in the `KUBECONFIG` environment variable. Default: `~/.kube/config`. */
  kubeconfigPath?: string;
  /** Name of a context of the kubeconfig. Default: its current context. */
  context?: string;
  /** Name of a cluster of the kubeconfig. Default: the context's. */
  cluster?: string;
  /** Namespace of resources that name none. Default: the context's, else `default`. */
  namespace?: string;
}

/** The same access, which stays with that context of the kubeconfig though another one becomes the current one. */
export function inContext(access: ClusterAccess, context: string): ClusterAccess {
  return { ...access, context };
}
