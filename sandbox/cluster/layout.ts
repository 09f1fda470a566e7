import { join } from "node:path";
import type { Paths } from "../paths.ts";

/** Where the cluster's files are. Sockets are in the short folder, etcd's data in memory, all else below the cache. */
export function layout(paths: Paths) {
  const { state, run, memory } = paths;
  return {
    etcd: join(memory, "etcd"),
    config: join(state, "config"),
    kubelet: join(state, "kubelet"),
    podLogs: join(state, "pod-logs"),
    containerd: join(state, "containerd"),
    cni: join(state, "cni"),
    containerdState: join(run, "containerd"),
    containerdSocket: join(run, "containerd.sock"),
    shims: join(run, "s"),
    runc: join(run, "runc"),
    owner: join(run, "owner"),
  };
}

export type Layout = ReturnType<typeof layout>;
