import { createHash } from "node:crypto";
import { imageNames } from "../images/recipes.ts";
import { bridgeAddress, dnsServiceAddress, ports } from "./constants.ts";

/** An object and the path of the API at which it is applied. */
export interface Applied {
  path: string;
  object: object;
}

const labels = { "app.kubernetes.io/name": "weather", "app.kubernetes.io/part-of": "init-pod-sandbox" };
/** Fixed, so that the sandbox can ask the service itself whether all between here and the Pod works. */
export const weatherAddress = "10.96.0.20";
export const weatherProbePath = "/healthz";
const weatherPort = 8080;

/** CoreDNS runs on the machine; this Service is how Pods reach it. */
const dns: Applied[] = [
  {
    path: "/api/v1/namespaces/kube-system/services/kube-dns",
    object: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kube-dns", namespace: "kube-system" },
      spec: {
        clusterIP: dnsServiceAddress,
        ports: ["UDP", "TCP"].map((protocol) => ({
          name: `dns-${protocol.toLowerCase()}`,
          port: 53,
          targetPort: ports.dns,
          protocol,
        })),
      },
    },
  },
  {
    path: "/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices/kube-dns-sandbox",
    object: {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        name: "kube-dns-sandbox",
        namespace: "kube-system",
        labels: {
          "kubernetes.io/service-name": "kube-dns",
          "endpointslice.kubernetes.io/managed-by": "init-pod-sandbox",
        },
      },
      addressType: "IPv4",
      endpoints: [{ addresses: [bridgeAddress], conditions: { ready: true } }],
      ports: ["UDP", "TCP"].map((protocol) => ({ name: `dns-${protocol.toLowerCase()}`, port: ports.dns, protocol })),
    },
  },
];

/**
 * The tutorial's weather API: no answer equals another, as each carries the id of its request, and the log says which
 * client got which. /london and /paris name the place; /fail fails.
 */
const weatherConfig = `map $request_id $temperature {
${Array.from({ length: 16 }, (_, index) => `  ~^${index.toString(16)} ${(-4 + index * 2.3).toFixed(1)};`).join("\n")}
}
map $uri $place {
  ~^/(?<name>[a-z-]+)$ $name;
  default here;
}
log_format weather 'request=$request_id status=$status client=$remote_addr uri=$request_uri temperature=$temperature agent="$http_user_agent"';
server {
  listen ${weatherPort};
  access_log /dev/stdout weather;
  default_type application/json;
  add_header Cache-Control no-store;
  location = ${weatherProbePath} { access_log off; return 200 '{"ok":true}\\n'; }
  location = /fail { return 500 '{"error":"the weather service fails as asked","request":"$request_id"}\\n'; }
  location / { return 200 '{"place":"$place","temperature":$temperature,"time":"$time_iso8601","request":"$request_id"}\\n'; }
}
`;

const configHash = createHash("sha256").update(weatherConfig).digest("hex").slice(0, 16);

const weather: Applied[] = [
  {
    path: "/api/v1/namespaces/weather",
    object: { apiVersion: "v1", kind: "Namespace", metadata: { name: "weather" } },
  },
  {
    path: "/api/v1/namespaces/weather/configmaps/weather",
    object: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "weather", namespace: "weather", labels },
      data: { "default.conf": weatherConfig },
    },
  },
  {
    path: "/api/v1/namespaces/weather/services/weather",
    object: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "weather", namespace: "weather", labels },
      spec: {
        clusterIP: weatherAddress,
        selector: labels,
        ports: [{ name: "http", port: 80, targetPort: weatherPort }],
      },
    },
  },
  {
    path: "/apis/apps/v1/namespaces/weather/deployments/weather",
    object: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "weather", namespace: "weather", labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          // A changed configuration is a new Pod, as nginx reads it once.
          metadata: { labels, annotations: { "init-pod-sandbox/config": configHash } },
          spec: {
            automountServiceAccountToken: false,
            terminationGracePeriodSeconds: 1,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                name: "weather",
                image: imageNames.nginxUnprivileged,
                ports: [{ name: "http", containerPort: weatherPort }],
                readinessProbe: { httpGet: { path: weatherProbePath, port: weatherPort }, periodSeconds: 1 },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  capabilities: { drop: ["ALL"] },
                  readOnlyRootFilesystem: true,
                },
                volumeMounts: [
                  { name: "config", mountPath: "/etc/nginx/conf.d" },
                  { name: "tmp", mountPath: "/tmp" },
                ],
              },
            ],
            volumes: [
              { name: "config", configMap: { name: "weather" } },
              { name: "tmp", emptyDir: {} },
            ],
          },
        },
      },
    },
  },
];

export const objects: readonly Applied[] = [...dns, ...weather];
