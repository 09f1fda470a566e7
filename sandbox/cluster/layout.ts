import { join } from "node:path";
import type { Paths } from "../paths.ts";

/** 107 bytes of a socket's path, less "/pod-resources/kubelet.sock". */
const longestKubeletRoot = 80;

/** Where the cluster's files are. Sockets are in the short folder, etcd's data in memory, all else below the cache. */
export function layout(paths: Paths) {
  const { state, run, memory } = paths;
  const kubelet = join(state, "kubelet");
  return {
    etcd: join(memory, "etcd"),
    config: join(state, "config"),
    kubelet,
    /** How kubelet is told of it: by a link where the path is deep, as it ends where it can't bind its sockets. */
    kubeletRoot: kubelet.length <= longestKubeletRoot ? kubelet : join(run, "kubelet"),
    podLogs: join(state, "pod-logs"),
    /** What the API server was asked for by those who use the cluster, a line each. */
    audit: join(state, "audit.log"),
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
