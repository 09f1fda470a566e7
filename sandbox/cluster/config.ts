import { join } from "node:path";
import { imageNames } from "../images/recipes.ts";
import { cgroupRoot } from "./cgroups.ts";
import { bridge, bridgeAddress, clusterDomain, dnsServiceAddress, networkName, podRange, ports } from "./constants.ts";
import type { Layout } from "./layout.ts";

/** The files that the cluster's programs read, by name below the config folder. Pure: settings in, text out. */
export function configFiles(layout: Layout, programs: { runc: string; cniPlugins: string }, pkiFolder: string) {
  return {
    "containerd.toml": containerd(layout, programs),
    "cni/10-sandbox.conflist": cni(layout),
    "kubelet.json": kubelet(layout, pkiFolder),
    "audit.json": audit(),
    Corefile: corefile(layout),
    "resolv.conf": `nameserver ${dnsServiceAddress}\n`,
  };
}

function containerd(layout: Layout, programs: { runc: string; cniPlugins: string }): string {
  return `version = 3
root = '${layout.containerd}'
state = '${layout.containerdState}'
# The opt plugin would make /opt/containerd; the others are of no use here and cost start time.
disabled_plugins = ['io.containerd.internal.v1.opt', 'io.containerd.snapshotter.v1.btrfs', 'io.containerd.snapshotter.v1.zfs', 'io.containerd.snapshotter.v1.devmapper', 'io.containerd.snapshotter.v1.blockfile', 'io.containerd.snapshotter.v1.erofs', 'io.containerd.tracing.processor.v1.otlp', 'io.containerd.internal.v1.tracing', 'io.containerd.nri.v1.nri']

[grpc]
address = '${layout.containerdSocket}'

[ttrpc]
address = '${layout.containerdSocket}.ttrpc'

[plugins.'io.containerd.shim.v1.manager']
socket_dir = '${layout.shims}'

[plugins.'io.containerd.cri.v1.images'.pinned_images]
sandbox = '${imageNames.pause}'

[plugins.'io.containerd.cri.v1.runtime']
restrict_oom_score_adj = true
disable_apparmor = true
netns_mounts_under_state_dir = true

[plugins.'io.containerd.cri.v1.runtime'.cni]
bin_dirs = ['${programs.cniPlugins}']
conf_dir = '${join(layout.config, "cni")}'

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
runtime_type = 'io.containerd.runc.v2'

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
SystemdCgroup = false
Root = '${layout.runc}'
BinaryName = '${programs.runc}'
`;
}

function cni(layout: Layout): string {
  return JSON.stringify({
    cniVersion: "1.0.0",
    name: networkName,
    plugins: [
      {
        type: "bridge",
        bridge,
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: {
          type: "host-local",
          // The default lies in /var/lib/cni and outlives the sandbox.
          dataDir: layout.cni,
          ranges: [[{ subnet: podRange, rangeStart: "10.89.0.10" }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  });
}

function kubelet(layout: Layout, pkiFolder: string): string {
  return JSON.stringify({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    containerRuntimeEndpoint: `unix://${layout.containerdSocket}`,
    address: bridgeAddress,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(pkiFolder, "ca.crt") },
    },
    authorization: { mode: "Webhook" },
    cgroupDriver: "cgroupfs",
    cgroupRoot,
    failCgroupV1: false,
    failSwapOn: false,
    clusterDNS: [dnsServiceAddress],
    clusterDomain,
    resolvConf: join(layout.config, "resolv.conf"),
    podLogsDir: layout.podLogs,
    // The default is a folder below /usr.
    volumePluginDir: join(layout.kubeletRoot, "volume-plugins"),
    healthzPort: 0,
    readOnlyPort: 0,
    enforceNodeAllocatable: [],
    // A machine that is short of something must not throw the sandbox's Pods or images out. "0" is refused.
    evictionHard: { "memory.available": "1Mi", "nodefs.available": "1Mi", "imagefs.available": "1Mi" },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    // Else an image that was pulled once from a registry by any name is asked for again by all its names, those that no
    // registry knows too.
    imagePullCredentialsVerificationPolicy: "NeverVerify",
    maxPods: 200,
    kubeAPIQPS: 300,
    kubeAPIBurst: 500,
    registryPullQPS: 0,
    eventRecordQPS: 0,
    serializeImagePulls: false,
  });
}

/** Who asked for what, without what was sent or answered. Not of the cluster's own programs, which ask without end. */
function audit(): string {
  return JSON.stringify({
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    omitStages: ["RequestReceived"],
    rules: [{ level: "Metadata", users: ["admin"] }, { level: "None" }],
  });
}

/** Only on the bridge: Pods reach it by its Service, and nobody outside of this machine does. */
function corefile(layout: Layout): string {
  return `.:${ports.dns} {
    bind ${bridgeAddress}
    errors
    ready 127.0.0.1:${ports.dnsReady}
    kubernetes ${clusterDomain} in-addr.arpa ip6.arpa {
        kubeconfig "${join(layout.config, "dns.kubeconfig")}"
        pods insecure
        ttl 1
    }
    cache 5 {
        denial 100 1
    }
    nowhere
}
`;
}
