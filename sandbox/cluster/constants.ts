/** One sandbox per machine, so its addresses are fixed. They are chosen beside those that Kubernetes tools usually take. */
export const bridge = "sbx0";
export const bridgeAddress = "10.89.0.1";
export const bridgePrefix = 24;
export const podRange = "10.89.0.0/24";
export const serviceRange = "10.96.0.0/16";
export const apiServiceAddress = "10.96.0.1";
export const dnsServiceAddress = "10.96.0.10";
export const clusterDomain = "cluster.local";
export const nodeName = "sandbox";
export const contextName = "init-pod-sandbox";
/** Also the CNI network's name, which marks what the plugins leave in system folders. */
export const networkName = "init-pod-sandbox";

export const ports = {
  api: 17443,
  etcdClient: 17379,
  etcdPeer: 17380,
  dns: 17053,
  dnsReady: 17054,
  proxyMetrics: 17249,
} as const;
/** Below the local ports of InitPods (20000 and up), NodePorts and Linux's ephemeral ports. */
export const apiServer = `https://127.0.0.1:${ports.api}`;
export const weatherUrl = "http://weather.weather.svc";
