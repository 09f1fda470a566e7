import { belongTogether, holdsCertificate, holdsKey } from "./certificates";
import {
  type AuthProvider,
  authProviderFields,
  type Cluster,
  clusterFields,
  type Context,
  contextFields,
  execFields,
  type ExecPlugin,
  fieldsOf,
  textOf,
  type User,
  userFields,
} from "./fields";
import { whyUnread } from "./files";
import { userless } from "./impersonation";
import { idTokenProblem } from "./oidc";
import { proxyProblem } from "./proxy";
import { sendsCredentials, serverProblem } from "./server";

/** What a context leads to, as it is written. */
export interface Entries {
  context: { name: string; entry: unknown };
  cluster: { name: string; entry: unknown };
  /** Nothing where the context names none: requests are nobody's then. */
  user?: { name: string; entry: unknown };
}

/** The same with fields that can be used. */
export interface Usable {
  context: Context;
  cluster: Cluster;
  user: User;
}

/** What is wrong with an entry, without its end. */
export interface Problem {
  kind: string;
  name: string;
  text: string;
}

/** The content of a file. Throws as `readFileSync`. */
export type ReadFile = (path: string) => Buffer;

/**
 * The entries' fields, or sentences about all that can't be used: what kubectl refuses, and what it would pass over in
 * silence. No sentence says a secret.
 * Source: https://github.com/kubernetes/client-go/blob/master/tools/clientcmd/validation.go
 */
export function usableEntries(entries: Entries, read: ReadFile): { usable: Usable; problems: Problem[] } {
  const problems: Problem[] = [];
  const context = checked("context", entries.context, problems, (entry, say) =>
    fieldsOf<Context>(entry, contextFields, say),
  );
  const cluster = checked("cluster", entries.cluster, problems, (entry, say) => clusterOf(entry, read, say));
  const isSecret = cluster.server !== undefined && sendsCredentials(cluster.server);
  const user = checked("user", entries.user, problems, (entry, say) => userOf(entry, isSecret, read, say));
  return { usable: { context, cluster, user }, problems };
}

function checked<T>(
  kind: string,
  named: { name: string; entry: unknown } | undefined,
  problems: Problem[],
  check: (entry: unknown, problems: string[]) => T,
): T {
  const own: string[] = [];
  const fields = check(named?.entry, own);
  problems.push(...own.map((text) => ({ kind, name: named?.name ?? "", text })));
  return fields;
}

function clusterOf(entry: unknown, read: ReadFile, problems: string[]): Cluster {
  const cluster = fieldsOf<Cluster>(entry, clusterFields, problems);
  const { server, "insecure-skip-tls-verify": isInsecure = false, "proxy-url": proxy } = cluster;
  if (server === undefined) problems.push("server is missing");
  else push(problems, serverProblem(server));
  if (proxy !== undefined) push(problems, proxyProblem(proxy));
  const authority = material(cluster, "certificate-authority", read, problems);
  if (authority === undefined || server === undefined || !sendsCredentials(server)) return cluster;
  if (isInsecure) {
    problems.push(
      `${authority.field} and insecure-skip-tls-verify contradict each other: a certificate is checked or it is not. Remove one`,
    );
  } else if (authority.content !== undefined && !holdsCertificate(authority.content)) {
    problems.push(`${authority.field} holds no certificate (PEM)`);
  }
  return cluster;
}

/** What is sent to a server without TLS needs no proof, as no credentials are sent. */
function userOf(entry: unknown, isSecret: boolean, read: ReadFile, problems: string[]): User {
  const user = fieldsOf<User>(entry, userFields, problems);
  const exec = execOf(user, problems);
  const provider = authProviderOf(user, problems);
  checkCertificate(user, read, problems);
  const { token, tokenFile, username, password } = user;
  const hasToken = token !== undefined || tokenFile !== undefined;
  if (hasToken && (username !== undefined || password !== undefined)) {
    const one = token === undefined ? "tokenFile" : "token";
    const other = username === undefined ? "password" : "username";
    problems.push(`${one} and ${other} are two ways to say who you are, and one request has room for one. Remove one`);
  }
  if (exec !== undefined && provider !== undefined) {
    problems.push("exec and auth-provider are two ways to get credentials. Remove one, most likely auth-provider");
  }
  for (const name of ["token", "as", "as-uid", "username"] as const) {
    if (hasControl(user[name])) problems.push(`${name} has a line break or another control character in it`);
  }
  const listed = [...(user["as-groups"] ?? []), ...Object.values(user["as-user-extra"] ?? {}).flat()];
  if (listed.some(hasControl)) problems.push("as-groups or as-user-extra has a control character in it");
  const lonely = userless(user);
  if (lonely !== undefined) problems.push(`it has ${lonely}, and no \`as\`: say as which user`);
  if (!hasToken && exec === undefined && provider === undefined) checkAlone(user, problems);
  if (isSecret && tokenFile !== undefined) push(problems, tokenProblem(user, read));
  return { ...user, exec, "auth-provider": provider };
}

/** Fields that say nothing by themselves, of a user that has nothing else to be known by. */
function checkAlone(user: User, problems: string[]): void {
  const hasCertificate = user["client-certificate"] !== undefined || user["client-certificate-data"] !== undefined;
  if (user.username === undefined && user.password !== undefined && !hasCertificate) {
    problems.push("it has a password, and no username");
  }
  const key = (["client-key", "client-key-data"] as const).find((name) => user[name] !== undefined);
  if (key !== undefined && !hasCertificate && user.username === undefined) {
    problems.push(`it has ${key}, and no client-certificate or client-certificate-data`);
  }
}

function tokenProblem({ token, tokenFile = "" }: User, read: ReadFile): string | undefined {
  try {
    const content = read(tokenFile).toString("utf8").trim();
    if (hasControl(content)) return `tokenFile ${tokenFile} has more than a token in it`;
    if (content !== "" || token !== undefined) return undefined;
    return `tokenFile ${tokenFile} is empty`;
  } catch (error) {
    // The token beside it serves then.
    return token === undefined ? `tokenFile ${tokenFile} can't be read: ${whyUnread(error)}` : undefined;
  }
}

function checkCertificate(user: User, read: ReadFile, problems: string[]): void {
  if (user["client-certificate"] === undefined && user["client-certificate-data"] === undefined) return;
  const certificate = material(user, "client-certificate", read, problems);
  const key = material(user, "client-key", read, problems);
  if (key === undefined) problems.push("it has a client certificate, and no client-key or client-key-data");
  if (certificate?.content === undefined || key?.content === undefined) return;
  if (!holdsCertificate(certificate.content)) problems.push(`${certificate.field} holds no certificate (PEM)`);
  else if (!holdsKey(key.content)) problems.push(`${key.field} holds no private key (PEM) without a passphrase`);
  else if (!belongTogether(certificate.content, key.content)) {
    problems.push(`${key.field} is not the key of ${certificate.field}`);
  }
}

/** What stands in a file or in the kubeconfig itself: not both, as it would not be plain which of them counts. */
function material<F extends "certificate-authority" | "client-certificate" | "client-key">(
  entry: Partial<Record<F | `${F}-data`, string>>,
  name: F,
  read: ReadFile,
  problems: string[],
): { field: string; content?: Buffer } | undefined {
  const path: string | undefined = entry[name];
  const data: string | undefined = entry[`${name}-data`];
  if (data === undefined && path === undefined) return undefined;
  if (data !== undefined && path !== undefined) {
    problems.push(`${name} and ${name}-data are both set. Remove one`);
    return { field: name };
  }
  if (data !== undefined) {
    const field = `${name}-data`;
    if (isBase64(data)) return { field, content: Buffer.from(data, "base64") };
    problems.push(`${field} is not base64`);
    return { field };
  }
  try {
    return { field: `${name} ${path}`, content: read(path ?? "") };
  } catch (error) {
    problems.push(`${name} ${path} can't be read: ${whyUnread(error)}`);
    return { field: name };
  }
}

function isBase64(data: string): boolean {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(data.replace(/[\r\n]/g, ""));
}

const execVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];
const interactiveModes = ["Never", "IfAvailable", "Always"];

function execOf(user: User, problems: string[]): User["exec"] {
  if (user.exec === undefined) return undefined;
  const exec = fieldsOf<ExecPlugin>(user.exec, execFields, problems, "exec");
  const { command, apiVersion, interactiveMode, env = [] } = exec;
  if (command === undefined) problems.push("exec has no command");
  if (apiVersion === undefined) problems.push(`exec has no apiVersion: it takes ${execVersions.join(" or ")}`);
  else if (!execVersions.includes(apiVersion)) {
    problems.push(`exec.apiVersion ${apiVersion} is not known: it takes ${execVersions.join(" or ")}`);
  }
  if (interactiveMode === undefined) {
    // Older versions mean IfAvailable then.
    if (apiVersion === execVersions[0]) problems.push(`exec has no interactiveMode: it takes ${oneOfModes}`);
  } else if (!interactiveModes.includes(interactiveMode)) {
    problems.push(`exec.interactiveMode ${interactiveMode} is not known: it takes ${oneOfModes}`);
  } else if (interactiveMode === "Always" && runsPlugin(user)) {
    problems.push(
      `its credential plugin ${command ?? ""} needs a terminal (interactiveMode: Always), and there is none here: set ` +
        "IfAvailable or Never, or log in beforehand",
    );
  }
  if (env.some(({ name }) => textOf(name) === undefined)) problems.push("exec.env has a variable without a name");
  return exec;
}

const oneOfModes = "Never, IfAvailable or Always";

/** What took the place of the providers that were once built into kubectl. */
const successors: Readonly<Record<string, string>> = {
  gcp: "the credential plugin gke-gcloud-auth-plugin (gcloud container clusters get-credentials NAME)",
  azure: "the credential plugin kubelogin (kubelogin convert-kubeconfig)",
};

function authProviderOf(user: User, problems: string[]): User["auth-provider"] {
  if (user["auth-provider"] === undefined) return undefined;
  const provider = fieldsOf<AuthProvider>(user["auth-provider"], authProviderFields, problems, "auth-provider");
  const { name = "", config = {} } = provider;
  if (name !== "oidc") {
    const instead = successors[name] ?? "oidc, or a credential plugin (exec)";
    problems.push(`auth-provider ${JSON.stringify(name)} is not known to Kubernetes (any more). Take ${instead}`);
    return provider;
  }
  const missing = ["idp-issuer-url", "client-id"].filter((key) => (config[key] ?? "") === "");
  if (missing.length > 0) problems.push(`auth-provider oidc lacks ${missing.join(" and ")} in its config`);
  else push(problems, idTokenProblem(config, Date.now()));
  return provider;
}

/** Whether a plugin is asked: only where nothing else says who the user is, as by kubectl. */
export function runsPlugin(user: User): boolean {
  const others = ["token", "tokenFile", "username", "client-certificate", "client-certificate-data"] as const;
  return others.every((name) => user[name] === undefined);
}

function hasControl(value: string | undefined): boolean {
  return value !== undefined && /\p{Cc}/u.test(value);
}

function push(problems: string[], problem: string | undefined): void {
  if (problem !== undefined) problems.push(problem);
}
