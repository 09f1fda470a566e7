import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repo } from "./stack.ts";

/** Images of the sandbox. */
export const images = {
  busybox: "sandbox.local/busybox:1",
  curl: "sandbox.local/curl:7",
  nginx: "sandbox.local/nginx:1",
  unprivileged: "sandbox.local/nginx-unprivileged:1",
  postgres: "sandbox.local/postgres:1",
  git: "sandbox.local/git:2",
} as const;

export const weatherUrl = "http://weather.weather.svc/";

/** Resources that take each output of `web`, as a larger stack would. */
export const consumers = `
for (const [key, value] of Object.entries({
  url: web.url, "init-logs": web.initLogs.apply(JSON.stringify), "pod-name": web.podName,
  namespace: web.namespace, "cluster-url": web.clusterUrl,
})) new k8s.core.v1.ConfigMap("uses-" + key, { data: { value } });
new k8s.core.v1.ConfigMap("depends", { data: { value: "constant" } }, { dependsOn: [web] });
`;

/** The text of a program that deploys an InitPod called `web` and exports its outputs. */
export function program(args: string, more = "", opts = "{}"): string {
  return `
const pulumi = require("@pulumi/pulumi");
const k8s = require("@pulumi/kubernetes");
const { InitPod } = require("init-pod");
const config = new pulumi.Config();
const web = new InitPod("web", ${args}, ${opts});
${more}
module.exports = {
  url: web.url, initLogs: web.initLogs, podName: web.podName, namespace: web.namespace, clusterUrl: web.clusterUrl,
};
`;
}

/** Downloads from the weather service, or from the stack's own \`url\`, and serves it. */
export const weatherArgs = `{
  init: [{ image: "${images.curl}", download: { url: config.get("url") ?? "${weatherUrl}", to: "/usr/share/nginx/html/index.html" } }],
  container: { image: "${images.unprivileged}", port: 8080 },
  service: {},
}`;

/** Serves without any init step but one that runs \`script\`. */
export function scriptArgs(script: string, more = ""): string {
  return `{
  init: [{ name: "init", image: "${images.busybox}", run: { script: ${JSON.stringify(script)} } }],
  container: { image: "${images.unprivileged}", port: 8080 },
  ${more}
}`;
}

/** Version of a package that this repo has. Of Pulumi's, the plugins of these versions are there. */
export function installedVersion(name: string): string {
  const file = join(repo, "node_modules", name, "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
