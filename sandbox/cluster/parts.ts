import { join } from "node:path";
import { bridgeAddress, nodeName, podRange, ports, serviceRange } from "./constants.ts";
import type { Layout } from "./layout.ts";
import type { User } from "./pki.ts";

export const partNames = [
  "etcd",
  "containerd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
  "coredns",
] as const;
export type PartName = (typeof partNames)[number];

/** A program of the cluster: what to run, and how to know it among all processes of the machine. */
export interface Part {
  name: PartName;
  command: string;
  args: string[];
}

interface Where {
  layout: Layout;
  built: string;
  toolsBin: string;
  pki: string;
}

export function parts({ layout, built, toolsBin, pki }: Where): Record<PartName, Part> {
  const kube = (name: PartName, args: string[]): Part => ({
    name,
    command: join(built, "kube"),
    args: [name, ...args],
  });
  const config = (name: string): string => join(layout.config, name);
  const login = (user: User): string => `--kubeconfig=${config(`${user}.kubeconfig`)}`;
  const certificate = (name: string): string => join(pki, name);
  return {
    etcd: {
      name: "etcd",
      command: join(toolsBin, "etcd"),
      args: [
        "--name=sandbox",
        `--data-dir=${layout.etcd}`,
        `--listen-client-urls=http://127.0.0.1:${ports.etcdClient}`,
        `--advertise-client-urls=http://127.0.0.1:${ports.etcdClient}`,
        `--listen-peer-urls=http://127.0.0.1:${ports.etcdPeer}`,
        `--initial-advertise-peer-urls=http://127.0.0.1:${ports.etcdPeer}`,
        `--initial-cluster=sandbox=http://127.0.0.1:${ports.etcdPeer}`,
        "--log-level=warn",
        "--logger=zap",
      ],
    },
    containerd: {
      name: "containerd",
      command: join(built, "containerd"),
      args: ["--config", config("containerd.toml")],
    },
    "kube-apiserver": kube("kube-apiserver", [
      `--etcd-servers=http://127.0.0.1:${ports.etcdClient}`,
      // On 127.0.0.1 alone, Pods would not reach the Service "kubernetes".
      "--bind-address=0.0.0.0",
      `--secure-port=${ports.api}`,
      `--advertise-address=${bridgeAddress}`,
      `--service-cluster-ip-range=${serviceRange}`,
      "--authorization-mode=Node,RBAC",
      `--token-auth-file=${certificate("tokens.csv")}`,
      `--client-ca-file=${certificate("ca.crt")}`,
      `--tls-cert-file=${certificate("apiserver.crt")}`,
      `--tls-private-key-file=${certificate("apiserver.key")}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${certificate("service-account.pub")}`,
      `--service-account-signing-key-file=${certificate("service-account.key")}`,
      `--kubelet-client-certificate=${certificate("kubelet-client.crt")}`,
      `--kubelet-client-key=${certificate("kubelet-client.key")}`,
      "--kubelet-preferred-address-types=InternalIP",
      `--audit-policy-file=${config("audit.json")}`,
      `--audit-log-path=${layout.audit}`,
      // In MB. When it is full, one older file is kept beside it.
      "--audit-log-maxsize=100",
      "--audit-log-maxbackup=1",
    ]),
    "kube-controller-manager": kube("kube-controller-manager", [
      login("controller-manager"),
      "--use-service-account-credentials",
      `--service-account-private-key-file=${certificate("service-account.key")}`,
      `--root-ca-file=${certificate("ca.crt")}`,
      "--leader-elect=false",
      "--secure-port=0",
      // With the default limits the default service account, which every Pod needs, comes after 9 s instead of 4 s.
      "--kube-api-qps=300",
      "--kube-api-burst=500",
    ]),
    "kube-scheduler": kube("kube-scheduler", [login("scheduler"), "--leader-elect=false", "--secure-port=0"]),
    kubelet: kube("kubelet", [
      `--config=${config("kubelet.json")}`,
      login("kubelet"),
      `--hostname-override=${nodeName}`,
      `--node-ip=${bridgeAddress}`,
      `--root-dir=${layout.kubeletRoot}`,
      `--cert-dir=${join(layout.kubeletRoot, "pki")}`,
    ]),
    "kube-proxy": kube("kube-proxy", [
      login("proxy"),
      "--proxy-mode=iptables",
      `--cluster-cidr=${podRange}`,
      `--hostname-override=${nodeName}`,
      "--healthz-bind-address=",
      `--metrics-bind-address=127.0.0.1:${ports.proxyMetrics}`,
      "--iptables-localhost-nodeports=false",
      // Otherwise it writes the machine's conntrack settings.
      "--conntrack-max-per-core=0",
      "--conntrack-tcp-timeout-established=0",
      "--conntrack-tcp-timeout-close-wait=0",
      // The default waits for a second before a new Service or Pod is reachable.
      "--iptables-min-sync-period=100ms",
    ]),
    coredns: { name: "coredns", command: join(built, "coredns"), args: ["-conf", config("Corefile")] },
  };
}

/** Those who have a kubeconfig of their own. */
export const logins: readonly User[] = ["controller-manager", "scheduler", "kubelet", "proxy", "dns"];
