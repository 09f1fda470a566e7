import { images } from "../tests/integration/support/programs.ts";

const page = "/usr/share/nginx/html";

/** The same Pod in plain `@pulumi/kubernetes`: what a user of it would write. */
export function plainProgram(script: string, service: boolean, timeouts = "{}"): string {
  return `
const k8s = require("@pulumi/kubernetes");
const labels = { app: "web" };
const pod = new k8s.core.v1.Pod("web", {
  metadata: { labels },
  spec: {
    initContainers: [{
      name: "init", image: "${images.busybox}", command: ["sh", "-c", ${JSON.stringify(script)}],
      volumeMounts: [{ name: "page", mountPath: "${page}" }],
    }],
    containers: [{
      name: "app", image: "${images.unprivileged}", ports: [{ containerPort: 8080 }],
      readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
      volumeMounts: [{ name: "page", mountPath: "${page}" }, { name: "tmp", mountPath: "/tmp" }],
    }],
    volumes: [{ name: "page", emptyDir: {} }, { name: "tmp", emptyDir: {} }],
    terminationGracePeriodSeconds: 1,
  },
}, { customTimeouts: ${timeouts} });
${service ? `new k8s.core.v1.Service("web", { spec: { selector: labels, ports: [{ port: 8080 }] } });` : ""}
exports.name = pod.metadata.name;
`;
}

export function initPodProgram(script: string, service: boolean): string {
  return `
const { InitPod } = require("init-pod");
const web = new InitPod("web", {
  init: [{ name: "init", image: "${images.busybox}", run: { script: ${JSON.stringify(script)} } }],
  container: { image: "${images.unprivileged}", port: 8080 },
  volumes: { page: { mountPath: "${page}" } },
  ${service ? "service: {}," : ""}
  podSpec: { terminationGracePeriodSeconds: 1 },
});
exports.url = web.url;
`;
}

export const fillPage = `echo hello > ${page}/index.html`;
