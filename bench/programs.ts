import { images } from "../tests/integration/support/programs.ts";

/** The folder that the app serves, and that the init script fills. */
export const page = "/usr/share/nginx/html";

/**
 * Passes at once when the app listens. A probe that connects finds the app just before or just after that, by chance, and
 * is tried again only a second later.
 */
export const readinessProbe = {
  exec: { command: ["sh", "-c", "until nc 127.0.0.1 8080 < /dev/null; do sleep 0.02; done"] },
  timeoutSeconds: 10,
  periodSeconds: 1,
};

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
      readinessProbe: ${JSON.stringify(readinessProbe)},
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

export function initPodProgram(script: string, service: boolean, more = ""): string {
  return `
const { InitPod } = require("init-pod");
const web = new InitPod("web", {
  init: [{ name: "init", image: "${images.busybox}", run: { script: ${JSON.stringify(script)} } }],
  container: { image: "${images.unprivileged}", port: 8080,
    container: { readinessProbe: ${JSON.stringify({ ...readinessProbe, tcpSocket: null })} } },
  volumes: { page: { mountPath: "${page}" } },
  ${service ? "service: {}," : ""}
  ${more}
  podSpec: { terminationGracePeriodSeconds: 1 },
});
exports.url = web.url;
`;
}

export const fillPage = `echo hello > ${page}/index.html`;
