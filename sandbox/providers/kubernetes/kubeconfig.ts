import { readFileSync, statSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { asArray, asObject, getString, isObject, type Json, type JsonObject } from "../json.ts";

/** What a connection needs; `headers` is asked again for every request, as tokens expire. */
export interface Connection {
  server: string;
  context: string;
  namespace: string;
  tls: { ca?: string; cert?: string; key?: string; servername?: string; rejectUnauthorized: boolean };
  headers: () => Promise<Record<string, string | string[]>>;
  /** Makes the connections, through the cluster's proxy where it has one. */
  agent: (options: http.AgentOptions) => http.Agent;
}

export interface Choice {
  kubeconfig?: string;
  context?: string;
  cluster?: string;
  namespace?: string;
}

interface Entry {
  value: JsonObject;
  folder: string;
}

interface Merged {
  current: string;
  clusters: Map<string, Entry>;
  users: Map<string, Entry>;
  contexts: Map<string, Entry>;
}

// js-yaml is the Pulumi SDK's dependency, not the sandbox's own; it is only loaded where a kubeconfig isn't JSON.
function parseYaml(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    const require = createRequire(import.meta.url);
    const fromSdk = createRequire(require.resolve("@pulumi/pulumi"));
    return (fromSdk("js-yaml") as { load: (text: string) => Json }).load(text);
  }
}

function addFile(merged: Merged, text: string, folder: string): void {
  const config = parseYaml(text);
  if (!isObject(config)) throw new Error("it holds no kubeconfig");
  merged.current ||= getString(config, "current-context");
  const lists = [
    ["clusters", "cluster", merged.clusters],
    ["users", "user", merged.users],
    ["contexts", "context", merged.contexts],
  ] as const;
  for (const [list, key, into] of lists) {
    for (const item of asArray(config[list])) {
      const name = getString(item, "name");
      if (!into.has(name)) into.set(name, { value: asObject(asObject(item)[key]), folder });
    }
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function load(choice: Choice): Merged {
  const merged: Merged = { current: "", clusters: new Map(), users: new Map(), contexts: new Map() };
  const given = choice.kubeconfig;
  if (given !== undefined && given !== "") {
    const path = given.startsWith("~/") ? join(homedir(), given.slice(2)) : given;
    if (isFile(path)) addFile(merged, readFileSync(path, "utf8"), dirname(resolve(path)));
    else addFile(merged, given, process.cwd());
    return merged;
  }
  const paths = process.env.KUBECONFIG?.split(delimiter).filter((path) => path !== "") ?? [];
  for (const path of paths.length > 0 ? paths : [join(homedir(), ".kube", "config")]) {
    if (isFile(path)) addFile(merged, readFileSync(path, "utf8"), dirname(resolve(path)));
  }
  return merged;
}

function data(entry: Entry, name: string): string | undefined {
  const inline = getString(entry.value, `${name}-data`);
  if (inline !== "") return Buffer.from(inline, "base64").toString("utf8");
  const path = getString(entry.value, name);
  return path === "" ? undefined : readFileSync(resolve(entry.folder, path), "utf8");
}

/** Exec plugins and the old auth providers are left to client-node, loaded only then: it takes half a second. */
async function pluginHeaders(user: Entry, cluster: Entry): Promise<Record<string, string>> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  const server = getString(cluster.value, "server");
  const exec = asObject(user.value.exec);
  const info = { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(pluginInfo(exec, cluster)) };
  const told = isObject(user.value.exec) ? { exec: { ...exec, env: [...asArray(exec.env), info] } } : {};
  const document = {
    "current-context": "x",
    clusters: [{ name: "x", cluster: { server } }],
    users: [{ name: "x", user: { ...user.value, ...told } }],
    contexts: [{ name: "x", context: { cluster: "x", user: "x" } }],
  };
  config.loadFromString(JSON.stringify(document));
  const options: { headers: Record<string, string> } = { headers: {} };
  await config.applyToHTTPSOptions(options);
  return options.headers;
}

function pluginInfo(exec: JsonObject, cluster: Entry): JsonObject {
  const fields = ["server", "tls-server-name", "insecure-skip-tls-verify", "proxy-url", "disable-compression"];
  const present = fields.flatMap((field) => (field in cluster.value ? [[field, cluster.value[field] ?? null]] : []));
  const ca = data(cluster, "certificate-authority");
  const told = {
    ...(Object.fromEntries(present) as JsonObject),
    ...(ca === undefined ? {} : { "certificate-authority-data": Buffer.from(ca).toString("base64") }),
  };
  const spec = { interactive: false, ...(exec.provideClusterInfo === true ? { cluster: told } : {}) };
  return { apiVersion: exec.apiVersion ?? "", kind: "ExecCredential", spec };
}

/** Whom requests are made as, by the names that the API server knows them by. */
function impersonation({ value }: Entry): Record<string, string | string[]> {
  const extra = Object.entries(asObject(value["as-user-extra"])).map(
    ([key, values]) => [`impersonate-extra-${encodeURIComponent(key)}`, asArray(values).map(String)] as const,
  );
  const all = {
    "impersonate-user": getString(value, "as"),
    "impersonate-uid": getString(value, "as-uid"),
    "impersonate-group": asArray(value["as-groups"]).map(String),
    ...Object.fromEntries(extra),
  };
  return Object.fromEntries(Object.entries(all).filter(([, said]) => said.length > 0));
}

type ProxyAgent = new (options: https.AgentOptions & { proxy: string }) => https.Agent;

function agentFor(cluster: Entry): Connection["agent"] {
  const proxy = getString(cluster.value, "proxy-url");
  if (!getString(cluster.value, "server").startsWith("https:")) return (options) => new http.Agent(options);
  if (proxy === "") return (options) => new https.Agent(options);
  // client-node's dependency, not the sandbox's own.
  const require = createRequire(createRequire(import.meta.url).resolve("@kubernetes/client-node"));
  const { HttpsProxyAgent } = require("hpagent") as { HttpsProxyAgent: ProxyAgent };
  return (options) => new HttpsProxyAgent({ ...options, proxy });
}

function authHeaders(user: Entry, cluster: Entry): () => Promise<Record<string, string>> {
  const value = user.value;
  // As the official provider: none over plain HTTP.
  if (!getString(cluster.value, "server").startsWith("https:")) return () => Promise.resolve({});
  if (isObject(value.exec) || isObject(value["auth-provider"])) return () => pluginHeaders(user, cluster);
  const token = getString(value, "token");
  const tokenFile = getString(value, "tokenFile");
  const username = getString(value, "username");
  return () => {
    if (tokenFile !== "") {
      const fresh = readFileSync(resolve(user.folder, tokenFile), "utf8").trim();
      return Promise.resolve({ authorization: `Bearer ${fresh}` });
    }
    if (token !== "") return Promise.resolve({ authorization: `Bearer ${token}` });
    if (username === "") return Promise.resolve({});
    const basic = Buffer.from(`${username}:${getString(value, "password")}`).toString("base64");
    return Promise.resolve({ authorization: `Basic ${basic}` });
  };
}

/** The cluster entry that a configuration chooses; two that differ here mean two clusters. */
export function activeCluster(choice: Choice): JsonObject | undefined {
  const merged = load(choice);
  const context = merged.contexts.get(choice.context ?? merged.current);
  const name = choice.cluster ?? getString(context?.value, "cluster");
  return context && merged.clusters.get(name)?.value;
}

export function connection(choice: Choice): Connection {
  const merged = load(choice);
  const contextName = choice.context ?? merged.current;
  const context = merged.contexts.get(contextName);
  if (!context) {
    const known = [...merged.contexts.keys()];
    const has = known.length > 0 ? `it has ${known.join(", ")}` : "there is no kubeconfig, or an empty one";
    throw new Error(
      contextName === "" ? `no context is set: ${has}` : `context "${contextName}" does not exist: ${has}`,
    );
  }
  const clusterName = choice.cluster ?? getString(context.value, "cluster");
  const cluster = merged.clusters.get(clusterName);
  if (!cluster) throw new Error(`cluster "${clusterName}" does not exist in the kubeconfig`);
  const user = merged.users.get(getString(context.value, "user")) ?? { value: {}, folder: "" };
  const server = getString(cluster.value, "server");
  const credentials = authHeaders(user, cluster);
  const optional = {
    ca: data(cluster, "certificate-authority"),
    cert: data(user, "client-certificate"),
    key: data(user, "client-key"),
    servername: getString(cluster.value, "tls-server-name") || undefined,
  };
  const present = Object.entries(optional).filter(([, value]) => value !== undefined);
  return {
    server: server.replace(/\/$/, ""),
    context: contextName,
    namespace: choice.namespace ?? (getString(context.value, "namespace") || "default"),
    tls: {
      ...(Object.fromEntries(present) as { [K in keyof typeof optional]?: string }),
      rejectUnauthorized: cluster.value["insecure-skip-tls-verify"] !== true,
    },
    headers: async () => ({ ...(await credentials()), ...impersonation(user) }),
    agent: agentFor(cluster),
  };
}
